"""The JSON of a client in the commands' output: sipgate's names, its manager, and its secret only on request.

Programs rely on it, so names may be added but never changed.
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
        managers: The managers by client id; None if they are not known, and then `managedBy` is left out.
        show_secret: Whether to include `clientSecret`.
    """
    properties = client.properties()
    if not show_secret:
        del properties["clientSecret"]
    if managers is None:
        return properties
    manager = managers.get(client.client_id)
    return {**properties, "managedBy": manager and manager._asdict()}
