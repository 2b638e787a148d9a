"""Gets a genuine Keycloak onto a machine: what sipgate's log-in runs on.

    $ python tools/keycloak
    /home/me/.cache/sipgate-provider/engine/keycloak-26.7.3/keycloak-26.7.3

From Python, `locate()` answers with the same folder. No server is started: whoever needs one starts it from there.
"""

from tools.keycloak.errors import KeycloakNotFoundError
from tools.keycloak.order import VERSION, locate

__all__ = ["VERSION", "KeycloakNotFoundError", "locate"]
