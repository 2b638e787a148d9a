"""The JSON of a client in the commands' output: sipgate's names, its manager, and its secret only on request.

Programs rely on it, so names may be added but never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sipgate_provider.api.models import OAuthClientState
    from sipgate_provider.importing.stack import Manager

__all__ = ["document"]


def document(
    client: OAuthClientState, managers: Mapping[str, list[Manager]] | None, *, show_secret: bool
) -> dict[str, object]:
    """The client's properties, `managedBy`, and `alsoManagedBy`, which should be empty.

    Args:
        client: The client.
        managers: The managers by client id; None if they are not known, and then both names are left out.
        show_secret: Whether to include `clientSecret`.
    """
    properties = client.properties()
    if not show_secret:
        del properties["clientSecret"]
    if managers is None:
        return properties
    own = [
        {"resource": one.resource, "stack": one.stack} for one in managers.get(client.client_id, ())
    ]
    return {**properties, "managedBy": own[0] if own else None, "alsoManagedBy": own[1:]}
