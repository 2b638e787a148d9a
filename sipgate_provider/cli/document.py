"""A client as the commands' JSON has it: sipgate's names, no secret unless it is asked for, and who manages it.

Programs rely on it, so names are only ever added.
"""

from __future__ import annotations

from collections.abc import Mapping

from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.importing.stack import Manager

__all__ = ["document"]


def document(
    client: OAuthClientState, managers: Mapping[str, Manager] | None, *, show_secret: bool
) -> dict[str, object]:
    """The client's properties and `managedBy`.

    Args:
        client: The client.
        managers: Who manages which client; None where that is not known, and then `managedBy` is left out.
        show_secret: Whether `clientSecret` is among the properties.
    """
    properties = client.properties()
    if not show_secret:
        del properties["clientSecret"]
    if managers is None:
        return properties
    manager = managers.get(client.client_id)
    return {**properties, "managedBy": manager and manager._asdict()}
