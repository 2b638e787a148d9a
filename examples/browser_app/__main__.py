import pulumi

import sipgate_provider as sipgate

config = pulumi.Config()
url = config.require("url").rstrip("/")

app = sipgate.OAuthClient.for_browser_app(
    "browser-app",
    name="Browser app",
    redirect_uris=[f"{url}/*"],
)

# What the page needs. With PKCE, that does not include the client's secret.
pulumi.export("client_id", app.client_id)
pulumi.export(
    "login",
    config.get("login")
    or "https://login.sipgate.com/auth/realms/sipgate-apps/protocol/openid-connect",
)
pulumi.export("api", config.get("api") or "https://api.sipgate.com/v2")
