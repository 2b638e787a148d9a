// A program as a user writes it, on the SDK that is generated into the folder `sdk` of the module.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"example.com/pulumi-sipgate/sdk/go/sipgate"
	"sipgate-provider/tests/golang/run"
)

func main() { run.Main(program) }

func program(ctx *pulumi.Context) error {
	crm, err := sipgate.NewOAuthClient(ctx, "crm", &sipgate.OAuthClientArgs{
		RedirectUris: pulumi.ToStringArray([]string{"https://crm.example.com/callback"}),
	})
	if err != nil {
		return err
	}

	eu := config.New(ctx, "eu")
	provider, err := sipgate.NewProvider(ctx, "eu", &sipgate.ProviderArgs{
		Account:  pulumi.String("eu"),
		TokenId:  pulumi.String(eu.Require("tokenId")),
		Token:    eu.RequireSecret("token"),
		Parallel: pulumi.Int(2),
	})
	if err != nil {
		return err
	}
	dialler, err := sipgate.NewOAuthClient(ctx, "dialler", &sipgate.OAuthClientArgs{
		Name:         pulumi.String("EU dialler"),
		Description:  pulumi.Sprintf("beside %s", crm.Name),
		RedirectUris: pulumi.ToStringArray([]string{"https://eu.example.com/*"}),
		WebOrigins:   pulumi.ToStringArray([]string{"https://eu.example.com"}),
	}, pulumi.Provider(provider))
	if err != nil {
		return err
	}

	found := sipgate.LookupOAuthClientOutput(ctx, sipgate.LookupOAuthClientOutputArgs{
		ClientId: crm.ClientId.ToStringPtrOutput(),
	})
	ctx.Export("clientId", crm.ClientId)
	ctx.Export("clientSecret", crm.ClientSecret)
	ctx.Export("dialler", dialler.ClientId)
	// A secret in an answer makes all of it one.
	ctx.Export("found", pulumi.Unsecret(found.Name()))
	ctx.Export("foundUris", pulumi.Unsecret(found.RedirectUris()))
	return nil
}
