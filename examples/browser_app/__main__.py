import pulumi

import sipgate_provider as sipgate

config = pulumi.Config()
url = config.require("url").rstrip("/")

app = sipgate.OAuthClient.for_browser_app(
    "browser-app",
    name="Browser app",
    redirect_uris=[f"{url}/*"],
)

# What the page has to know, and nothing secret: the client's secret is not needed with PKCE.
pulumi.export("client_id", app.client_id)
pulumi.export(
    "login",
    config.get("login")
    or "https://login.sipgate.com/auth/realms/sipgate-apps/protocol/openid-connect",
)
pulumi.export("api", config.get("api") or "https://api.sipgate.com/v2")
