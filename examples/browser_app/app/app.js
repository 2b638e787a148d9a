import { challenge, random } from "./pkce.js";

const SCOPES = "openid authorization:oauth2:clients:read";
// Without the query, so that the client's redirect URI matches.
const HERE = location.origin + location.pathname;

// In memory only: reloading the page logs the user out.
let tokens = null;
let config;

function show(text, { failed = false } = {}) {
  const status = document.getElementById("status");
  status.textContent = text;
  status.classList.toggle("failed", failed);
  document.getElementById("log-in").hidden = tokens !== null;
  document.getElementById("log-out").hidden = tokens === null;
}

async function logIn() {
  const verifier = random();
  const state = random();
  sessionStorage.setItem("login", JSON.stringify({ verifier, state }));
  location.assign(`${config.login}/auth?` + new URLSearchParams({
    response_type: "code",
    client_id: config.client_id,
    redirect_uri: HERE,
    scope: SCOPES,
    state,
    code_challenge: await challenge(verifier),
    code_challenge_method: "S256",
  }));
}

function logOut() {
  const hint = tokens.id_token;
  tokens = null;
  location.assign(`${config.login}/logout?` + new URLSearchParams({
    id_token_hint: hint,
    post_logout_redirect_uri: HERE,
  }));
}

async function redeem(answer) {
  const { verifier, state } = JSON.parse(sessionStorage.getItem("login") ?? "{}");
  sessionStorage.removeItem("login");
  if (!state || answer.get("state") !== state) {
    throw new Error("This response does not belong to a log-in that this page started.");
  }
  if (answer.has("error")) {
    throw new Error(answer.get("error_description") ?? answer.get("error"));
  }
  // A form needs no preflight. The client's web origins decide whether this page may read the response.
  const response = await fetch(`${config.login}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: config.client_id,
      code: answer.get("code"),
      redirect_uri: HERE,
      code_verifier: verifier,
    }),
  });
  return read(response);
}

async function listClients() {
  const { data } = await read(await fetch(`${config.api}/authorization/oauth2/clients`, {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  }));
  // As text, never as markup: other people choose the names.
  document.querySelector("#clients tbody").replaceChildren(...data.map(({ name, redirectUris }) => {
    const row = document.createElement("tr");
    for (const text of [name, redirectUris.join(", ")]) {
      row.insertCell().textContent = text;
    }
    return row;
  }));
  document.getElementById("clients").hidden = false;
  return data.length;
}

async function read(response) {
  if (!response.ok) {
    throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  }
  return response.json();
}

document.getElementById("log-in").addEventListener("click", logIn);
document.getElementById("log-out").addEventListener("click", logOut);

const answer = new URLSearchParams(location.search);
history.replaceState(null, "", HERE);
try {
  config = await read(await fetch("config.json", { cache: "no-cache" }));
  if (answer.has("state")) {
    tokens = await redeem(answer);
    show(`Logged in. The account's OAuth clients: ${await listClients()}`);
  } else {
    show("You are not logged in.");
  }
} catch (error) {
  show(error.message, { failed: true });
}
