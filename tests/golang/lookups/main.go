// Looks a client up in both forms of each function: the one that answers directly, and the one that returns an Output.
package main

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"example.com/pulumi-sipgate/sdk/go/sipgate"
	"sipgate-provider/tests/golang/run"
)

func main() { run.Main(program) }

func program(ctx *pulumi.Context) error {
	name, nobody := "legacy", "nobody"
	_, one := sipgate.LookupOAuthClient(ctx, &sipgate.LookupOAuthClientArgs{Name: &name})
	_, several := sipgate.GetOAuthClients(ctx, &sipgate.GetOAuthClientsArgs{Name: &name})
	none, err := sipgate.GetOAuthClients(ctx, &sipgate.GetOAuthClientsArgs{Name: &nobody})
	if err != nil {
		return err
	}
	ctx.Export("one", pulumi.String(fmt.Sprint(one)))
	ctx.Export("several", pulumi.String(fmt.Sprint(several)))
	ctx.Export("none", pulumi.Int(len(none.Clients)))

	kept := sipgate.LookupOAuthClientOutput(ctx, sipgate.LookupOAuthClientOutputArgs{Name: pulumi.String(name)})
	allKept := sipgate.GetOAuthClientsOutput(ctx, sipgate.GetOAuthClientsOutputArgs{Name: pulumi.String(name)})
	ctx.Export("oneSecret", kept.ClientSecret())
	ctx.Export("severalSecret", allKept.Clients().Index(pulumi.Int(0)).ClientSecret())
	return nil
}
