"""A genuine Keycloak for the tests: on loopback and a free port, with its data in memory."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tools.process import started

REALM = "sipgate-apps"
ADMINISTRATOR = "administrator"
PASSWORD = "only-for-these-tests"
_START_SECONDS = 180
_MONTH = 30 * 24 * 3600


class Keycloak:
    """A running server and its admin REST API.

    Attributes:
        origin: Scheme, host and port of the server.
        url: URL of the realm's endpoints, without the name of an endpoint.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.url = f"{origin}/realms/{REALM}/protocol/openid-connect"
        self._http = requests.Session()
        self._http.trust_env = False

    def log_in(self) -> None:
        """Logs in to the admin API."""
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": ADMINISTRATOR,
            "password": PASSWORD,
        }
        url = f"{self.origin}/realms/master/protocol/openid-connect/token"
        answer = self._http.post(url, data=form, timeout=30)
        answer.raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def ask(
        self, method: str, path: str, body: Any = None, **parameters: str | int
    ) -> requests.Response:
        """Returns the response of the admin API, including errors. `path` is relative to the realm."""
        return self._http.request(
            method,
            f"{self.origin}/admin/realms/{REALM}{path}",
            json=body,
            params=parameters,
            timeout=30,
        )

    def call(self, method: str, path: str, body: Any = None, **parameters: str | int) -> Any:
        """Returns the response of the admin API to a call that must succeed; for POST, the id of the new object."""
        answer = self.ask(method, path, body, **parameters)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        if method == "POST":
            return answer.headers.get("Location", "").rpartition("/")[2]
        return answer.json() if answer.content else None

    def make_realm(self, scopes: Iterable[str]) -> None:
        """Creates the realm with sipgate's settings. A token gets only the API's scopes that were requested."""
        master = {"accessTokenLifespan": 24 * 3600}
        url = f"{self.origin}/admin/realms/master"
        self._http.put(url, json=master, timeout=30).raise_for_status()
        self.log_in()
        realm = {
            "realm": REALM,
            "enabled": True,
            "sslRequired": "none",
            "revokeRefreshToken": True,
            "refreshTokenMaxReuse": 0,
            "accessTokenLifespan": 300,
            "ssoSessionIdleTimeout": _MONTH,
            "ssoSessionMaxLifespan": _MONTH,
        }
        self._http.post(f"{self.origin}/admin/realms", json=realm, timeout=30).raise_for_status()
        for name in scopes:
            scope = {
                "name": name,
                "protocol": "openid-connect",
                "attributes": {
                    "include.in.token.scope": "true",
                    "display.on.consent.screen": "true",
                },
            }
            made = self.call("POST", "/client-scopes", scope)
            self.call("PUT", f"/default-optional-client-scopes/{made}")

    def make_default(self, client: str, scope: str) -> None:
        """Makes the scope a default of the client with this Keycloak id."""
        known = {one["name"]: one["id"] for one in self.call("GET", "/client-scopes")}
        self.call("DELETE", f"/clients/{client}/optional-client-scopes/{known[scope]}")
        self.call("PUT", f"/clients/{client}/default-client-scopes/{known[scope]}")

    def add_client(self, client_id: str, **fields: Any) -> str:
        """Adds a client with these Keycloak fields, and returns Keycloak's id for it."""
        client = {
            "clientId": client_id,
            "protocol": "openid-connect",
            "standardFlowEnabled": True,
            "directAccessGrantsEnabled": False,
            # The redirect URIs apply after a log-in and after a log-out.
            "attributes": {"post.logout.redirect.uris": "+"},
        }
        made: str = self.call("POST", "/clients", client | fields)
        return made

    def add_user(self, username: str, password: str, **fields: Any) -> str:
        """Adds a user, who can log in unless the fields prevent it."""
        user = {
            "username": username,
            "email": username,
            "emailVerified": True,
            "firstName": "Demo",
            "lastName": "User",
            "enabled": True,
            "credentials": [{"type": "password", "value": password, "temporary": False}],
        }
        made: str = self.call("POST", "/users", user | fields)
        return made


@contextmanager
def running(folder: Path) -> Iterator[Keycloak]:
    """Runs a new server without clients or users during the block."""
    with tempfile.TemporaryDirectory(prefix="sipgate-keycloak-") as name:
        scratch = Path(name)
        log = scratch / "keycloak.log"
        with (
            log.open("w") as output,
            started(
                [
                    str(folder / "bin/kc.sh"),
                    "start",
                    "--optimized",
                    "--http-enabled=true",
                    "--http-host=127.0.0.1",
                    "--http-port=0",
                    "--hostname-strict=false",
                    "--log-level=error,io.quarkus:info",
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=scratch,
                env=_environment(scratch),
            ) as child,
            _ended(child),
        ):
            keycloak = Keycloak(_origin(log, child))
            keycloak.log_in()
            yield keycloak


def _environment(scratch: Path) -> dict[str, str]:
    # It writes only to the scratch folder, since concurrent servers share the programs.
    written = ("quarkus.transaction-manager.object-store.directory", "java.io.tmpdir")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("KC_")},
        "KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
        "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
        "JAVA_OPTS_APPEND": " ".join(f"-D{name}={scratch}" for name in written),
    }


@contextmanager
def _ended(child: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        child.terminate()
        child.wait(60)


def _origin(log: Path, child: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        if found := re.search(r"Listening on: (http://\S+)", log.read_text()):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"Keycloak did not start:\n{log.read_text()}")
