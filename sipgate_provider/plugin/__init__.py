"""The native host: the executable `pulumi-resource-sipgate`, the same resource for every Pulumi language.

    __main__    the command line, and what the engine starts
    server      the gRPC server's life: from the port that it tells to the engine's end
    servicer    the engine's calls, translated to `sipgate_provider.clients` and back
    calls       how many calls run at once, and what a cancelled run does not start any more
    log         warnings to the engine
    values      the engine's structs as properties: what is unknown, what is secret
    schema      what other languages are told; `schema.json` is it as a file

The SDK's own servicer (`pulumi.provider.experimental`) is not used: it adds a stack to every error, sends a truth
value where DiffConfig has an enumeration, has no detailed diff that can be left empty, and calls the provider on the
loop.
"""
