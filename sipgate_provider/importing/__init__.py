"""Taking over clients that exist: what `pulumi import` cannot do for a dynamic provider.

The engine hands a dynamic provider's Read nothing but an id, which is not enough for it to find its provider. It
does take a finished state from a file (`pulumi import --file`), without a Read and with secrets that it encrypts at
once. So the client is read here, `plan` decides under which name it enters the stack, `stack` hands it to the engine
through a pipe (the secret is never in a file), and `program` writes the Python that declares it.
"""
