import pulumi

import sipgate_provider as sipgate

HOSTS = {"crm": "crm.example.com", "helpdesk": "help.example.com", "wallboard": "wall.example.com"}

for name, host in HOSTS.items():
    client = sipgate.OAuthClient(
        name,
        redirect_uris=[f"https://{host}/*"],
        opts=pulumi.ResourceOptions(protect=True),
    )
    pulumi.export(f"{name}_client_id", client.client_id)
    pulumi.export(f"{name}_client_secret", client.client_secret)
