// Shows the state of the simulator and keeps it up to date.
//
// Fields of clients are inserted only as text. Existing rows are updated in place, so that neither the
// keyboard focus nor a secret on display is lost when something else changes.

const { prefix } = document.body.dataset;
const PAUSE = 1000;
const MISSING = "–";

const find = (id) => document.getElementById(id);
const make = (id) => find(id).content.firstElementChild.cloneNode(true);

const put = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

// Lets an address wrap after a slash, a dot or a hyphen instead of within a word.
const putAddress = (element, text) => {
  if (element.textContent === text) return;
  const parts = text.match(/[^/.-]*[/.-]+|[^/.-]+/g) ?? [];
  element.replaceChildren(...parts.flatMap((part) => [part, document.createElement("wbr")]));
};

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

// Gives the parent one child for each item, in the same order, and reuses children with the same key.
const follow = (parent, items, keyOf, fresh, fill) => {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let next = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = known.get(key);
    known.delete(key);
    if (child === undefined) {
      child = fresh(item);
      child.dataset.key = key;
    }
    fill(child, item);
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  for (const gone of known.values()) gone.remove();
};

const list = (parent, values) => {
  const shown = values.length ? values : [MISSING];
  follow(parent, shown, (value) => value, () => document.createElement("li"), putAddress);
};

// The button has the same text in every row; its label names the client for screen readers.
const label = (row) => {
  const button = row.querySelector("button");
  const name = row.querySelector(".text").textContent;
  button.setAttribute("aria-label", `${button.textContent} the secret of ${name}`);
};

const showSecret = async (row, id) => {
  const [code, button] = [row.querySelector(".secret code"), row.querySelector("button")];
  if (button.textContent === "Hide") {
    put(code, "");
    put(button, "Show");
    label(row);
    return;
  }
  try {
    const path = `${prefix}/clients/${encodeURIComponent(id)}/secret`;
    const answer = await fetch(path, { cache: "no-store" });
    if (!answer.ok) return;
    put(code, (await answer.json()).clientSecret);
    put(button, "Hide");
    label(row);
  } catch {
    // The status line reports that the simulator does not respond.
  }
};

const freshClient = (client) => {
  const row = make("client");
  row.querySelector("button").addEventListener("click", () => showSecret(row, client.clientId));
  return row;
};

const fillClient = (row, client) => {
  put(row.querySelector(".text"), client.name || "(no name)");
  put(row.querySelector(".about"), client.description);
  putAddress(row.querySelector(".id code"), client.clientId);
  list(row.querySelector(".redirects"), client.redirectUris);
  list(row.querySelector(".origins"), client.webOrigins);
  putAddress(row.querySelector(".privacy"), client.privacyUrl || MISSING);
  putAddress(row.querySelector(".terms"), client.termsUrl || MISSING);
  label(row);
};

const fillAccount = (section, account) => {
  const heading = section.querySelector("h3");
  heading.id = `account-${account.number}`;
  put(heading, `Account ${account.number}: ${plural(account.clients.length, "client")}`);
  section.querySelector(".scroll").setAttribute("aria-labelledby", heading.id);
  section.querySelector("table").hidden = account.clients.length === 0;
  section.querySelector(".empty").hidden = account.clients.length > 0;
  const rows = section.querySelector("tbody");
  follow(rows, account.clients, (client) => client.clientId, freshClient, fillClient);
};

const fillFault = (row, { kind, method, path, times, hits, ...details }) => {
  put(row.querySelector(".fault"), kind);
  put(row.querySelector(".details code"), JSON.stringify(details));
  put(row.querySelector(".method"), method ?? "any");
  put(row.querySelector(".path code"), path || "any");
  put(row.querySelector(".number"), times === null ? `${hits}, no limit` : `${hits} of ${times}`);
};

const kind = (status) => {
  if (status === null) return "warn";
  return status < 400 ? "good" : "bad";
};

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

const fillRequest = (row, request) => {
  const time = row.querySelector("time");
  time.dateTime = request.time;
  put(time, clock.format(new Date(request.time)));
  put(row.querySelector(".method"), request.method);
  putAddress(row.querySelector(".path code"), request.path);
  const answer = row.querySelector(".answer");
  put(answer, request.status === null ? "no response" : String(request.status));
  answer.className = `answer ${kind(request.status)}`;
  put(row.querySelector(".reason"), request.reason);
  const took = request.milliseconds;
  put(row.querySelector(".number"), took === null ? "" : `${took.toFixed(took < 10 ? 1 : 0)} ms`);
};

const show = (state) => {
  follow(
    find("accounts"), state.accounts, (account) => account.number,
    () => make("account"), fillAccount,
  );
  follow(
    find("requests"), state.requests, (request) => request.number,
    () => make("request"), fillRequest,
  );
  follow(
    find("faults"), state.faults.map((fault, index) => ({ fault, index })), ({ index }) => index,
    () => make("fault"), (row, { fault }) => fillFault(row, fault),
  );
  find("faults-section").hidden = state.faults.length === 0;
  find("clear").disabled = state.request_count === 0;
  find("no-requests").hidden = state.requests.length > 0;
  put(
    find("requests-heading"),
    state.request_count > state.requests.length
      ? `Last ${state.requests.length} of ${plural(state.request_count, "request")}`
      : "Last requests",
  );
};

// Screen readers announce every change of the status line, so it contains only what changes rarely.
const say = (text, lost) => {
  put(find("status"), text);
  find("status").classList.toggle("lost", lost);
};

let tag = "";
let said = "";

const refresh = async () => {
  try {
    const headers = tag ? { "If-None-Match": tag } : {};
    const signal = AbortSignal.timeout(5000);
    const answer = await fetch(`${prefix}/state`, { headers, cache: "no-store", signal });
    if (answer.status === 200) {
      const state = await answer.json();
      show(state);
      tag = answer.headers.get("ETag") ?? "";
      const count = state.accounts.reduce((sum, account) => sum + account.clients.length, 0);
      said = `Running, with ${plural(count, "client")}.`;
    } else if (answer.status !== 304) {
      throw new Error(`status ${answer.status}`);
    }
    say(said, false);
  } catch {
    say("The simulator does not respond. This page may be out of date.", true);
  }
};

const remove = async (what) => {
  try {
    await fetch(`${prefix}/${what}`, { method: "DELETE" });
  } catch {
    // The status line reports that the simulator does not respond.
  }
  await refresh();
};

find("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(find("exports").textContent);
  put(find("copy"), "Copied");
});
find("behave").addEventListener("click", () => remove("faults"));
find("clear").addEventListener("click", () => remove("requests"));

// Sends one request at a time, and none while the page is hidden.
for (;;) {
  if (document.hidden) {
    await new Promise((resume) => {
      document.addEventListener("visibilitychange", resume, { once: true });
    });
  } else {
    await refresh();
    await new Promise((resume) => {
      setTimeout(resume, PAUSE);
    });
  }
}
