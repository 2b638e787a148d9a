"""In what the simulator knowingly differs from Keycloak, and why: each a pattern of cases' names and the reason.

The tests fail on a difference that is not here, and on an entry that is none any longer.
"""

from __future__ import annotations

import re

_SECRET = (
    "Every client of sipgate has a secret, and pages use the same clients without it. So the simulator takes a client"
    " for confidential when it sends a secret and for public when it sends none; Keycloak knows which it is."
)
_RELATIVE = "A relative address leads to the log-in service itself, where nothing is a client's."
_OWN_SERVICE = "Only a client with a service account may have it; sipgate documents none."
_MODES = "A page of the simulator runs no script, and sipgate documents no signed answers."

_TABLES = {
    "redirect URIs": {
        r".* <- (?![A-Za-z][A-Za-z0-9+.-]*:).*": _RELATIVE,
        r".* <- urn:ietf:wg:oauth:2\.0:oob": "An address for programs without a browser, given up in 2022.",
    },
    "token": {
        r"confidential: password, (another client|two clients)": _SECRET,
        r"confidential: code with PKCE, (an empty|no) secret": _SECRET,
        r"public: password, a wrong secret in a header": _SECRET,
        r"public: code, (?!client credentials).*": _SECRET
        + " Without a secret, a code needs a challenge.",
        r"public: (code with PKCE|refresh token), a wrong secret( in a header)?": _SECRET,
        r"public: a refresh token after a wrong secret": _SECRET,
        r".*, client credentials": _OWN_SERVICE,
        r".*: password, offline access": "sipgate documents refresh tokens of 30 days.",
        r".*: password, a user in capitals": "What sipgate makes of user names is not documented.",
        r".*: the form in parts": "RFC 6749 has no such form; the simulator does not read it.",
        r".*: a (GET|PUT)": "The body beside status 405 is Keycloak's own.",
        r".*: what is no form": "Keycloak breaks down on it.",
    },
    "authorization": {
        r"logged (in|out): the client of the password grant": (
            "sipgate's own application is none of the account's clients."
        ),
        r".*response mode '(form_post|.*jwt)'": _MODES,
        r"a log-in with a form": _MODES,
        r"logged (in|out): a request object that is not signed": (
            "The simulator reads no request objects, and refuses every one."
        ),
        r"logged in: kc_action": "An action of Keycloak's own pages.",
    },
    "discovery": {
        r".*_supported": "Keycloak can do more, and has scopes of its own.",
    },
}

DIFFERENCES = {
    table: tuple((re.compile(pattern, re.DOTALL), reason) for pattern, reason in entries.items())
    for table, entries in _TABLES.items()
}
