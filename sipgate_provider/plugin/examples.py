"""The examples in the schema, from which Pulumi's generators take those of their language into an SDK's comments.

They leave out the imports: whoever reads such a comment has them, and the Go one depends on the repository.
Those in Go are indented, because the comments of its SDK are formatted by its rules, where anything else is prose.
"""

from __future__ import annotations

from sipgate_provider import type_tokens as tokens

__all__ = ["EXAMPLES"]

EXAMPLES: dict[str, dict[str, str]] = {
    tokens.NATIVE: {
        "typescript": """\
const crm = new sipgate.OAuthClient(
    "crm",
    { redirectUris: ["https://crm.example.com/*"] },
    { protect: true },
);""",
        "python": """\
crm = sipgate.OAuthClient(
    "crm",
    redirect_uris=["https://crm.example.com/*"],
    opts=pulumi.ResourceOptions(protect=True),
)""",
        "go": """\
	crm, err := sipgate.NewOAuthClient(ctx, "crm", &sipgate.OAuthClientArgs{
		RedirectUris: pulumi.ToStringArray([]string{"https://crm.example.com/*"}),
	}, pulumi.Protect(true))""",
        "java": """\
var crm = new OAuthClient("crm", OAuthClientArgs.builder()
    .redirectUris("https://crm.example.com/*")
    .build(),
    CustomResourceOptions.builder().protect(true).build());""",
        "yaml": """\
resources:
  crm:
    type: sipgate:OAuthClient
    properties:
      redirectUris: ["https://crm.example.com/*"]
    options:
      protect: true""",
    },
    tokens.GET_CLIENT: {
        "typescript": """\
const crm = sipgate.getOAuthClientOutput({ name: "CRM integration" });
export const clientId = pulumi.unsecret(crm.clientId);""",
        "python": """\
crm = sipgate.get_o_auth_client_output(name="CRM integration")
pulumi.export("client_id", pulumi.Output.unsecret(crm.client_id))""",
        "go": """\
	crm := sipgate.LookupOAuthClientOutput(ctx, sipgate.LookupOAuthClientOutputArgs{
		Name: pulumi.String("CRM integration"),
	})
	ctx.Export("clientId", pulumi.Unsecret(crm.ClientId()))""",
        "java": """\
var crm = SipgateFunctions.getOAuthClient(GetOAuthClientArgs.builder()
    .name("CRM integration")
    .build());
ctx.export("clientId", crm.applyValue(found -> found.clientId()).asPlaintext());""",
        "yaml": """\
variables:
  crm:
    fn::invoke:
      function: sipgate:getOAuthClient
      arguments:
        name: CRM integration
outputs:
  clientId: ${crm.clientId}""",
    },
    tokens.GET_CLIENTS: {
        "typescript": """\
const crm = sipgate.getOAuthClientsOutput({ name: "CRM *" });
export const names = pulumi.unsecret(crm.clients.apply(clients => clients.map(client => client.name)));""",
        "python": """\
crm = sipgate.get_o_auth_clients_output(name="CRM *")
names = crm.clients.apply(lambda clients: [client.name for client in clients])
pulumi.export("names", pulumi.Output.unsecret(names))""",
        "go": """\
	crm := sipgate.GetOAuthClientsOutput(ctx, sipgate.GetOAuthClientsOutputArgs{
		Name: pulumi.String("CRM *"),
	})
	ctx.Export("firstName", pulumi.Unsecret(crm.Clients().Index(pulumi.Int(0)).Name()))""",
        "java": """\
var crm = SipgateFunctions.getOAuthClients(GetOAuthClientsArgs.builder()
    .name("CRM *")
    .build());
ctx.export("names", crm.applyValue(found -> found.clients().stream()
    .map(client -> client.name())
    .collect(Collectors.toList())).asPlaintext());""",
        "yaml": """\
variables:
  crm:
    fn::invoke:
      function: sipgate:getOAuthClients
      arguments:
        name: CRM *
outputs:
  clients: ${crm.clients}""",
    },
}
