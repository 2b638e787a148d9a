import pulumi

import sipgate_provider as sipgate

config = pulumi.Config()

phone = sipgate.OAuthClient.for_webphone(
    "webphone",
    name="Webphone",
    embedded_in=config.require_object("sites"),
)

# What the embedding page has to know; nothing of it is secret.
pulumi.export("client_id", phone.client_id)
pulumi.export(
    "login",
    config.get("login")
    or "https://login.sipgate.com/auth/realms/sipgate-apps/protocol/openid-connect",
)
pulumi.export("webphone", "https://phone.sipgate.com")
