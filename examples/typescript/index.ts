import * as pulumi from "@pulumi/pulumi";
import * as sipgate from "pulumi-sipgate";

const domain = new pulumi.Config().get("domain") ?? "example.com";

// Clients that others made, which this program does not manage.
const found = sipgate.getOAuthClientsOutput({ name: "legacy *" });

const crm = new sipgate.OAuthClient(
    "crm",
    {
        name: "CRM integration",
        redirectUris: [`https://crm.${domain}/*`],
        webOrigins: [`https://crm.${domain}`],
    },
    { protect: true },
);
const intranet = new sipgate.OAuthClient("phone", {
    redirectUris: ["https://phone.sipgate.com/*"],
    webOrigins: [`https://intranet.${domain}`],
});

export const clientId = crm.clientId;
export const clientSecret = crm.clientSecret;
export const phone = intranet.name;
export const others = found.clients;
