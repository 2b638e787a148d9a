"""Generates the provider's SDK for a language from its schema.

    $ python tools/sdk nodejs sipgate_provider/plugin/schema.json build/nodejs
    build/nodejs

Where Pulumi's language hosts are, `pulumi package gen-sdk` does the same with the same code generators. The hosts for
Node.js and Go are no Go modules, so they cannot be had where only package registries can be reached; the generators
are.
"""

from tools.sdk.errors import SdkError
from tools.sdk.generator import LANGUAGES, generate

__all__ = ["LANGUAGES", "SdkError", "generate"]
