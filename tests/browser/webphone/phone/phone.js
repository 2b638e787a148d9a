// In place of https://phone.sipgate.com, inside an iframe. It never sees how a code is redeemed: it
// asks for one with the challenge of the page that embeds it, and gets a token from there.

const asked = new URLSearchParams(location.search);
const embedder = location.ancestorOrigins?.[0] ?? new URL(document.referrer).origin;
const redirect_uri = `${location.origin}/callback.html`;
const state = crypto.randomUUID();

function logIn() {
  // A window of its own, since sipgate's log-in page lets nobody frame it.
  window.open(`${asked.get("login")}/auth?` + new URLSearchParams({
    response_type: "code",
    client_id: asked.get("client_id"),
    redirect_uri,
    scope: "openid",
    state,
    code_challenge: asked.get("code_challenge"),
    code_challenge_method: "S256",
  }), "sipgate-login", "popup,width=480,height=640");
}

function cameBack(answer) {
  if (answer.state !== state) {
    return;
  }
  if (answer.error) {
    show(answer.error_description ?? answer.error);
    return;
  }
  parent.postMessage({ code: answer.code, redirect_uri }, embedder);
}

function connected({ access_token, error }) {
  if (error) {
    show("The page around this Webphone could not connect it.");
    return;
  }
  const payload = access_token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))));
  show(`Ready: ${claims.preferred_username}`);
  document.getElementById("log-in").hidden = true;
  document.getElementById("keys").hidden = false;
}

function show(text) {
  document.getElementById("status").textContent = text;
}

document.getElementById("log-in").addEventListener("click", logIn);
window.addEventListener("message", ({ origin, source, data }) => {
  if (origin === embedder && source === parent) {
    connected(data);
  } else if (origin === location.origin) {
    cameBack(data);
  }
});
