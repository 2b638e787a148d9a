import pulumi

import sipgate_provider as sipgate

crm = sipgate.OAuthClient(
    "crm",
    name="CRM integration",
    redirect_uris=["https://crm.example.com/*"],
    web_origins=["https://crm.example.com"],
    privacy_url="https://example.com/privacy",
    terms_url="https://example.com/terms",
    opts=pulumi.ResourceOptions(protect=True),
)
pulumi.export("client_id", crm.client_id)
pulumi.export("client_secret", crm.client_secret)
