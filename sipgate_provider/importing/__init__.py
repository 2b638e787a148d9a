"""Imports existing clients, which `pulumi import` alone cannot do for a dynamic provider.

For an import, the engine passes only an id to Read, which is not enough to find the dynamic provider. But it accepts a
complete state from a file (`pulumi import --file`), calls no Read, and encrypts the secrets at once. So this package
imports clients that were read beforehand. `stack` reads what a stack has, `plan` chooses the new clients' names,
`program` writes the Python that declares them all, and `engine` passes them to `pulumi import`. Programs in other
languages use the native plugin, whose clients Pulumi reads by their ids, and Pulumi writes their declarations.

A Python program that imports `sipgate_provider.native` gets resources of the dynamic provider, too. Its resources have
that type as an alias, so its first `pulumi up` takes them over unchanged, and needs no plugin before.
"""
