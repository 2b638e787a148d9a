import pulumi

import sipgate_provider as sipgate

try:
    # Written by `sipgate-provider import`, and yours to edit from then on.
    import clients
except ModuleNotFoundError:
    raise pulumi.RunError(
        "There is no clients.py here yet. Run `sipgate-provider import --all --out clients.py`, which takes the "
        "account's clients into the stack and writes it."
    ) from None

pulumi.export(
    "client_ids",
    {
        variable: client.client_id
        for variable, client in vars(clients).items()
        if isinstance(client, sipgate.OAuthClient)
    },
)
