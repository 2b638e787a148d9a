import pulumi
from infrastructure import declare

clients = declare(pulumi.get_stack())
pulumi.export("client_ids", {name: client.client_id for name, client in clients.items()})
