"""In what the simulator knowingly differs from Keycloak: which cases, what differs, and what it means for a user.

The tests fail on a difference that is not here, and on an entry that is none any longer. The manual's page is made of
these entries: `python -m tests.verdicts --page`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sipgate_provider.simulator.login.grants import GRANT_TYPES


@dataclass(frozen=True)
class Difference:
    """One kind of case in which the two differ.

    Attributes:
        cases: A pattern of the cases' names.
        what: What Keycloak does, and what the simulator does.
        means: What that means for whoever tries an application on the simulator.
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
    "A public client may send any secret to Keycloak. The simulator refuses a wrong one from everybody.",
    "sipgate does not say which clients are public. Here those are that have a web origin, since pages use them; every"
    " other has to send its secret. Leave the secret out of a page.",
)

DIFFERENCES: dict[str, tuple[Difference, ...]] = {
    "redirect URIs": (
        Difference(
            r".* <- (?![A-Za-z][A-Za-z0-9+.-]*:).*",
            "Keycloak takes a relative redirect URI for an address of its own. The simulator refuses it.",
            "Nothing: no client of yours lives on the log-in server. Use whole addresses.",
        ),
        Difference(
            r".* <- urn:ietf:wg:oauth:2\.0:oob",
            "Keycloak takes `urn:ietf:wg:oauth:2.0:oob` where it is registered. The simulator refuses it.",
            "The address for programs without a browser was given up in 2022. Use `http://127.0.0.1` instead.",
        ),
    ),
    "token": (
        _WRONG_SECRET,
        Difference(
            r".*, client credentials",
            "Keycloak answers a client credentials grant `unauthorized_client`, the simulator"
            " `unsupported_grant_type`.",
            "Neither gives a token: sipgate documents no service accounts. Use a personal access token.",
        ),
        Difference(
            r".*: the form in parts",
            "Keycloak reads `multipart/form-data` in part. The simulator does not.",
            "Neither gives a token. Send `application/x-www-form-urlencoded`, as RFC 6749 has it.",
        ),
        Difference(
            r".*: a (GET|PUT)",
            "Keycloak puts a body beside status 405. The simulator does not.",
            "Nothing, if you look at the status.",
        ),
        Difference(
            r".*: what is no form",
            "Keycloak answers a broken form with 500. The simulator answers 400.",
            "Nothing: a library sends no broken form.",
        ),
    ),
    "scopes": (
        Difference(
            r"password: (?!None|all$|openid all).*",
            "sipgate's page has a password grant without a scope, whose token may do all; so `all` is a default scope"
            " of that client. Keycloak adds a default to whatever is asked for. The simulator gives what was asked.",
            "Ask for no scope with the password grant, or for those of the API that you need. If you ask for `openid`"
            " alone, the token may do nothing of the API here, though it may there.",
        ),
        Difference(
            r"refresh token: (openid offline_access .*|None) -> .*",
            "Keycloak decides by the last log-in of the same browser whether a renewal brings an ID token. The"
            " simulator decides by the log-in of the refresh token.",
            "Keep the ID token of the log-in, and do not expect one of a renewal.",
        ),
    ),
    "authorization": (
        Difference(
            r"logged (in|out): the client of the password grant",
            "`sipgate-app-web` exists at Keycloak and has no address. The simulator says that there is no such client.",
            "Nothing: both show an error. Log in through a client of your own.",
        ),
        Difference(
            r".*response mode '.*jwt'",
            "Keycloak can sign its answer (JARM). The simulator refuses these response modes.",
            "sipgate documents no signed answers. Use `query`, `fragment` or `form_post`.",
        ),
        Difference(
            r"logged (in|out): a request object that is not signed",
            "Keycloak reads a request object that is not signed. The simulator refuses every request object.",
            "Send the parameters themselves.",
        ),
        Difference(
            r"logged (in|out): authorization details",
            "Keycloak refuses an empty list of `authorization_details`. The simulator ignores the parameter.",
            "sipgate documents no authorization details. Use scopes.",
        ),
        Difference(
            r"logged in: kc_action",
            "Keycloak answers `kc_action` with a status. The simulator ignores the parameter.",
            "It starts an action of Keycloak's own account pages, which the simulator does not have.",
        ),
    ),
    "discovery": (
        Difference(
            r".*_supported",
            "Keycloak lists more grants, scopes, algorithms and response types than the simulator has.",
            f"Only {', '.join(f'`{grant}`' for grant in GRANT_TYPES)} work here. An application that takes anything"
            " else from this list fails on the simulator.",
        ),
    ),
}

# What no recorded request can show, since one side has no word for it.
BESIDES = (
    (
        "The simulator expands sipgate's wildcard in front of a host, `https://*.example.com/*`. Keycloak does not.",
        "It works here as sipgate documents it.",
    ),
    (
        "Which scopes sipgate has is not documented as a whole. Every name with a colon is one here.",
        "A misspelt scope with a colon is refused there and granted here, where nothing asks for it.",
    ),
    (
        "Nobody knows which version of Keycloak sipgate runs. The simulator is compared with the one named above.",
        "Where versions differ, such as in the status for a wrong password, sipgate may answer as another does.",
    ),
)
