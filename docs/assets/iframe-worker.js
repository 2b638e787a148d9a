// A browser starts no worker for a page that was opened from a folder, but Material's search runs in one. There, a
// hidden frame of the page runs the worker's script instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(script) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      this.ready = new Promise((resolve) => {
        frame.addEventListener("load", () => resolve(this.run(frame, script)), { once: true });
      });
      document.body.append(frame);
    }

    run(frame, script) {
      const inside = frame.contentWindow;
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      const element = frame.contentDocument.createElement("script");
      element.src = script;
      return new Promise((resolve) => {
        element.addEventListener("load", () => resolve(inside));
        frame.contentDocument.body.append(element);
      });
    }

    async postMessage(data) {
      (await this.ready).dispatchEvent(new MessageEvent("message", { data }));
    }
  };
}
