import pulumi

import sipgate_provider as sipgate

# In the usual account: the settings are sipgate:… or SIPGATE_…
crm = sipgate.OAuthClient(
    "crm",
    name="CRM integration",
    redirect_uris=["https://crm.example.com/*"],
    opts=pulumi.ResourceOptions(protect=True),
)

# In the account called "eu": the settings are sipgate-eu:… or SIPGATE_EU_…
crm_eu = sipgate.OAuthClient(
    "crm-eu",
    account="eu",
    name="CRM integration",
    redirect_uris=["https://crm.example.eu/*"],
    opts=pulumi.ResourceOptions(protect=True),
)

pulumi.export("client_ids", {"usual": crm.client_id, "eu": crm_eu.client_id})
pulumi.export("client_secrets", {"usual": crm.client_secret, "eu": crm_eu.client_secret})
