"""One client for each application, behind the log-out page of a client that somebody else manages."""

import pulumi

import sipgate_provider as sipgate

DOMAINS = {"dev": "dev.example.com", "prod": "example.com"}


def declare(stack: str) -> dict[str, sipgate.OAuthClient]:
    """The stack's clients; only those in production are protected."""
    domain = DOMAINS[stack]
    portal = sipgate.get_oauth_client(name="Portal")
    return {
        name: sipgate.OAuthClient(
            name,
            redirect_uris=[f"https://{name}.{domain}/*", *portal.redirect_uris],
            web_origins=[f"https://{name}.{domain}"],
            opts=pulumi.ResourceOptions(protect=stack == "prod"),
        )
        for name in ("crm", "helpdesk")
    }
