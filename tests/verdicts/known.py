"""The known differences between the simulator and Keycloak, and what they mean for a user.

The tests fail if there is a difference that is not listed here, or if a listed one no longer exists. The manual's page
is generated from this list: `python -m tests.verdicts --page`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sipgate_provider.simulator.login.grants import GRANT_TYPES


@dataclass(frozen=True)
class Difference:
    """A difference, which can affect several cases.

    Attributes:
        cases: Regular expression that matches the names of the cases.
        what: What Keycloak does, and what the simulator does.
        means: What that means for somebody who tests an application with the simulator.
    """

    cases: str
    what: str
    means: str

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.cases, re.DOTALL)


_WRONG_SECRET = Difference(
    r"public: (password|code|code with PKCE|refresh token), a wrong secret( in a header)?"
    r"|public: a refresh token after a wrong secret",
    "Keycloak accepts any secret from a public client. The simulator refuses a wrong secret from every client.",
    "sipgate does not say which clients are public. In the simulator, clients with a web origin are, since pages use"
    " them; all others must send their secret. Do not put the secret into a page.",
)

DIFFERENCES: dict[str, tuple[Difference, ...]] = {
    "redirect URIs": (
        Difference(
            r".* <- (?![A-Za-z][A-Za-z0-9+.-]*:).*",
            "Keycloak resolves a relative redirect URI against its own address. The simulator refuses it.",
            "Nothing: your application does not run on the log-in server. Use absolute addresses.",
        ),
        Difference(
            r".* <- urn:ietf:wg:oauth:2\.0:oob",
            "Keycloak accepts `urn:ietf:wg:oauth:2.0:oob` if it is registered. The simulator refuses it.",
            "This address for programs without a browser was abandoned in 2022. Use `http://127.0.0.1` instead.",
        ),
    ),
    "token": (
        _WRONG_SECRET,
        Difference(
            r".*, client credentials",
            "Keycloak refuses a client credentials grant with `unauthorized_client`, the simulator with"
            " `unsupported_grant_type`.",
            "Neither issues a token, since sipgate documents no service accounts. Use a personal access token.",
        ),
        Difference(
            r".*: the form in parts",
            "Keycloak reads a part of `multipart/form-data`. The simulator does not.",
            "Neither issues a token. Send `application/x-www-form-urlencoded`, as RFC 6749 requires.",
        ),
        Difference(
            r".*: a (GET|PUT)",
            "Keycloak sends a body with status 405. The simulator does not.",
            "Nothing, if your application checks the status.",
        ),
        Difference(
            r".*: what is no form",
            "Keycloak responds to a malformed form with 500, the simulator with 400.",
            "Nothing: libraries do not send malformed forms.",
        ),
    ),
    "scopes": (
        Difference(
            r"password: (?!None|all$|openid all).*",
            "sipgate documents a password grant without scopes, whose token has the scope `all`, so `all` is a default"
            " scope of that client. Keycloak adds default scopes to the requested ones. The simulator does not.",
            "With the password grant, request no scope, or the API scopes that you need. If you request only `openid`,"
            " the API refuses the token in the simulator, although sipgate may accept it.",
        ),
        Difference(
            r"refresh token: (openid offline_access .*|None) -> .*",
            "Whether a renewal returns an ID token depends on the last log-in of the same browser at Keycloak, and on"
            " the log-in of the refresh token in the simulator.",
            "Keep the ID token of the log-in, and do not expect a renewal to return one.",
        ),
    ),
    "authorization": (
        Difference(
            r"logged (in|out): the client of the password grant",
            "At Keycloak, `sipgate-app-web` exists without a redirect URI. The simulator says that there is no such"
            " client.",
            "Nothing: both show an error. Log in through your own client.",
        ),
        Difference(
            r".*response mode '.*jwt'",
            "Keycloak can sign its response (JARM). The simulator refuses these response modes.",
            "sipgate documents no signed responses. Use `query`, `fragment` or `form_post`.",
        ),
        Difference(
            r"logged (in|out): a request object that is not signed",
            "Keycloak accepts an unsigned request object. The simulator refuses all request objects.",
            "Send the parameters directly.",
        ),
        Difference(
            r"logged (in|out): authorization details",
            "Keycloak refuses an empty list of `authorization_details`. The simulator ignores the parameter.",
            "sipgate documents no authorization details. Use scopes.",
        ),
        Difference(
            r"logged in: kc_action",
            "Keycloak responds to `kc_action` with a status. The simulator ignores the parameter.",
            "It starts an action on Keycloak's account pages, which the simulator does not have.",
        ),
    ),
    "discovery": (
        Difference(
            r".*_supported",
            "Keycloak lists more grants, scopes, algorithms and response types than the simulator supports.",
            f"Only {', '.join(f'`{grant}`' for grant in GRANT_TYPES)} work in the simulator. An application that uses"
            " another entry of the list fails there.",
        ),
    ),
}

# Differences that no recorded request can show, since only one side has the feature.
BESIDES = (
    (
        "The simulator supports sipgate's wildcard before a host, `https://*.example.com/*`. Keycloak does not.",
        "It works in the simulator as sipgate documents it.",
    ),
    (
        "sipgate does not document a complete list of scopes. The simulator accepts every name with a colon.",
        "sipgate refuses a misspelt scope with a colon. The simulator grants it, but no API call requires it.",
    ),
    (
        "sipgate does not say which version of Keycloak it runs. The simulator is compared with the one named above.",
        "Where versions differ, such as in the status for a wrong password, sipgate may respond like another one.",
    ),
)
