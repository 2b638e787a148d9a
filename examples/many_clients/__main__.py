from pathlib import Path

import pulumi
from clients_file import read

import sipgate_provider as sipgate

config = pulumi.Config()
declared = read(
    Path(__file__).with_name("clients.yaml"),
    environment=pulumi.get_stack(),
    domain=config.require("domain"),
)
name_suffix = config.get("nameSuffix") or ""

clients = {
    key: sipgate.OAuthClient(
        key,
        name=entry.name + name_suffix,
        description=entry.description,
        redirect_uris=entry.redirect_uris,
        web_origins=entry.web_origins,
        privacy_url=entry.privacy_url,
        terms_url=entry.terms_url,
        opts=pulumi.ResourceOptions(protect=config.get_bool("protect")),
    )
    for key, entry in declared.items()
}
pulumi.export("client_ids", {key: client.client_id for key, client in clients.items()})
pulumi.export("client_secrets", {key: client.client_secret for key, client in clients.items()})
