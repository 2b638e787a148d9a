import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

import sipgate_provider as sipgate

config = pulumi.Config()

crm = sipgate.OAuthClient(
    "crm",
    name="CRM integration",
    redirect_uris=["https://crm.example.com/*"],
    # Another value makes a new client, hands it to everything below, and only then deletes the old one.
    opts=pulumi.ResourceOptions(replacement_trigger=config.get("rotation") or "first"),
)

# For a pod: `envFrom: [{secretRef: {name: …}}]`. Without a name of its own it gets a new one whenever its content
# changes, so that a Deployment in the same program starts its pods anew.
in_cluster = kubernetes.core.v1.Secret(
    "sipgate-crm",
    metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=config.get("namespace") or "default"),
    string_data={
        "SIPGATE_CLIENT_ID": crm.client_id,
        "SIPGATE_CLIENT_SECRET": crm.client_secret,
    },
)

# For what runs in AWS. The secret is the place, each version what lies there.
in_aws = aws.secretsmanager.Secret("sipgate-crm", description="The CRM's client at sipgate")
aws.secretsmanager.SecretVersion(
    "sipgate-crm",
    secret_id=in_aws.id,
    secret_string=pulumi.Output.json_dumps(
        {"clientId": crm.client_id, "clientSecret": crm.client_secret}
    ),
)

# Where the secret is, and not what it is.
pulumi.export("client_id", crm.client_id)
pulumi.export("kubernetes_secret", in_cluster.metadata.name)
pulumi.export("aws_secret", in_aws.arn)
