"""Generates the provider's SDK for Node.js, in TypeScript, from its schema.

    $ python tools/sdk sipgate_provider/plugin/schema.json build/nodejs
    build/nodejs

Where Pulumi's Node language host is, `pulumi package gen-sdk --language nodejs` does the same with the same code
generator. The host is no Go module, so it cannot be had where only package registries can be reached; the generator
is one.
"""

from tools.sdk.errors import SdkError
from tools.sdk.generator import generate

__all__ = ["SdkError", "generate"]
