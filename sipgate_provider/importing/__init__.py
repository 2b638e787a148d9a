"""Imports existing clients, which `pulumi import` alone cannot do for a dynamic provider.

For an import, the engine passes only an id to Read, which is not enough to find the dynamic provider. But it accepts a
complete state from a file (`pulumi import --file`), calls no Read, and encrypts the secrets at once. So this package
imports clients that were read beforehand. `plan` chooses their names in the stack, `stack` passes them to the engine
through a pipe (the secret is never in a file), and `program` writes the Python that declares them.
"""
