import * as pulumi from "@pulumi/pulumi";
import * as sipgate from "pulumi-sipgate";

const config = new pulumi.Config();

const client = new sipgate.OAuthClient(
    "client",
    {
        name: pulumi.getProject(),
        redirectUris: [config.require("redirectUri")],
    },
    // Deleting a client ends every log-in made through it.
    { protect: true },
);

export const clientId = client.clientId;
export const clientSecret = client.clientSecret;
