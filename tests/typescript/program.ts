// A program as a user writes it, on the SDK that is generated into the folder `sdk` beside it.

import * as pulumi from "@pulumi/pulumi";
import * as sipgate from "./sdk";

export async function program() {
    const crm = new sipgate.OAuthClient("crm", {
        redirectUris: ["https://crm.example.com/callback"],
    });

    const config = new pulumi.Config("eu");
    const eu = new sipgate.Provider("eu", {
        account: "eu",
        tokenId: config.require("tokenId"),
        token: config.requireSecret("token"),
        parallel: 2,
    });
    const dialler = new sipgate.OAuthClient(
        "dialler",
        {
            name: "EU dialler",
            description: pulumi.interpolate`beside ${crm.name}`,
            redirectUris: ["https://eu.example.com/*"],
            webOrigins: ["https://eu.example.com"],
        },
        { provider: eu },
    );

    const found = sipgate.getOAuthClientOutput({ clientId: crm.clientId });
    const ours = sipgate.getOAuthClientsOutput({ name: "EU *" }, { provider: eu, dependsOn: [dialler] });
    return {
        clientId: crm.clientId,
        clientSecret: crm.clientSecret,
        dialler: dialler.clientId,
        // A secret in an answer makes all of it one.
        found: pulumi.unsecret(found.name),
        foundUris: pulumi.unsecret(found.redirectUris).apply(uris => uris.join(" ")),
        ours: pulumi.unsecret(ours.clients).apply(clients => clients.map(client => client.clientId)),
    };
}
