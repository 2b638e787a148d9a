import { challenge, random } from "./pkce.js";

const phone = document.getElementById("phone");
const config = await (await fetch("config.json", { cache: "no-cache" })).json();
const webphone = new URL(config.webphone).origin;
// Only this page has it, so only this page can redeem the code that the Webphone hands over.
const verifier = random();

function show(text, { failed = false } = {}) {
  const status = document.getElementById("status");
  status.textContent = text;
  status.classList.toggle("failed", failed);
}

async function redeem({ code, redirect_uri }) {
  let response;
  try {
    // Sent from this page, so that its origin is what sipgate compares with the web origins.
    response = await fetch(`${config.login}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: config.client_id,
        code,
        redirect_uri,
        code_verifier: verifier,
      }),
    });
  } catch {
    // A page is not told which of the two it is.
    throw new Error(`${location.origin} is not among the sites that may embed the Webphone, or sipgate cannot be reached.`);
  }
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error_description ?? answer.error);
  }
  return answer.access_token;
}

window.addEventListener("message", async ({ origin, source, data }) => {
  if (origin !== webphone || source !== phone.contentWindow) {
    return;
  }
  try {
    source.postMessage({ access_token: await redeem(data) }, webphone);
    show("The Webphone is connected.");
  } catch (error) {
    source.postMessage({ error: error.message }, webphone);
    show(error.message, { failed: true });
  }
});

phone.src = `${config.webphone}/?` + new URLSearchParams({
  client_id: config.client_id,
  login: config.login,
  code_challenge: await challenge(verifier),
});
