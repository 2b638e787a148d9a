import pulumi

import sipgate_provider as sipgate

config = pulumi.Config()

client = sipgate.OAuthClient(
    "client",
    name=pulumi.get_project(),
    redirect_uris=[config.require("redirectUri")],
    # Deleting a client ends every log-in made through it.
    opts=pulumi.ResourceOptions(protect=True),
)

pulumi.export("client_id", client.client_id)
pulumi.export("client_secret", client.client_secret)
