package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"example.com/pulumi-sipgate/sdk/go/sipgate"
)

func main() { pulumi.Run(program) }

func program(ctx *pulumi.Context) error {
	domain := config.Get(ctx, "domain")
	if domain == "" {
		domain = "example.com"
	}

	// Clients that others made, which this program does not manage.
	others := sipgate.GetOAuthClientsOutput(ctx, sipgate.GetOAuthClientsOutputArgs{
		Name: pulumi.String("legacy *"),
	})

	crm, err := sipgate.NewOAuthClient(ctx, "crm", &sipgate.OAuthClientArgs{
		Name:         pulumi.String("CRM integration"),
		RedirectUris: pulumi.ToStringArray([]string{"https://crm." + domain + "/*"}),
		WebOrigins:   pulumi.ToStringArray([]string{"https://crm." + domain}),
	}, pulumi.Protect(true))
	if err != nil {
		return err
	}
	phone, err := sipgate.NewOAuthClient(ctx, "phone", &sipgate.OAuthClientArgs{
		RedirectUris: pulumi.ToStringArray([]string{"https://phone.sipgate.com/*"}),
		WebOrigins:   pulumi.ToStringArray([]string{"https://intranet." + domain}),
	})
	if err != nil {
		return err
	}

	ctx.Export("clientId", crm.ClientId)
	ctx.Export("clientSecret", crm.ClientSecret)
	ctx.Export("phone", phone.Name)
	ctx.Export("others", others.Clients())
	return nil
}
