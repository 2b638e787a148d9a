import pulumi

import sipgate_provider as sipgate

config = pulumi.Config()

phone = sipgate.OAuthClient.for_webphone(
    "webphone",
    name="Webphone",
    embedded_in=config.require_object("sites"),
)

pulumi.export("client_id", phone.client_id)
