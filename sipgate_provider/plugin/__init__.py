"""The native host: the executable `pulumi-resource-sipgate`, the same resource for every Pulumi language.

    __main__    the command line, and what the engine starts
    server      starts and ends the gRPC server
    servicer    translates the engine's calls to `sipgate_provider.clients` and back
    workers     limits how many calls run at once, and cancels them
    log         sends warnings to the engine
    values      converts the engine's structs to properties: known, unknown, secret
    schema      the package's schema for other languages, also in the file `schema.json`
    examples    the examples in the schema

The SDK's own servicer (`pulumi.provider.experimental`) is not used: it adds a stack trace to every error, sends a
boolean where DiffConfig has an enumeration, requires a detailed diff, and blocks the event loop while the provider
works.
"""
