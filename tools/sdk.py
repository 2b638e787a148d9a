"""Generates the provider's SDK for a language from its schema, with Pulumi's own code generator.

  $ python tools sdk nodejs sipgate_provider/plugin/schema.json build/nodejs
  build/nodejs

Where Pulumi's language hosts are, `pulumi package gen-sdk` does the same with the same code
generators. The hosts for Node.js and Go are no Go modules, so they cannot be had where only package
registries can be reached; the generators are. The program with them is in the cache, or it is built
there, which takes about 2 minutes, once per machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tools import compiling
from tools.engine import pins
from tools.errors import CommandFailedError, ToolError
from tools.process import follow

GENERATOR = pins.Binary("generate", "sipgate-provider/tools/engine/go/generate")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "language": {"choices": ("go", "nodejs"), "help": "go or nodejs"},
    "schema": {"type": Path, "help": "the schema, a JSON file"},
    "folder": {"type": Path, "help": "where the SDK goes; empty, or not there yet"},
}


def generate(language: str, schema: Path, folder: Path) -> Path:
    """The SDK is in the folder, which is made if need be; answers with the folder.

    Args:
        language: go or nodejs.
        schema: The provider's schema, as JSON.
        folder: Where the SDK goes; nothing else may be there.

    Raises:
        ToolError: There is something else, there is no generator, or it refuses the schema.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ToolError(f"{folder} is not empty; name another folder, or remove what is there")
    try:
        follow([str(locate()), language, str(schema), str(folder)])
    except CommandFailedError as reason:
        raise ToolError(f"No SDK could be generated from {schema}: {reason}") from reason
    return folder


def locate() -> Path:
    """The generator.

    Raises:
        ToolError: There is none and none can be built.
    """
    advice = "Use `pulumi package gen-sdk` where Pulumi's language hosts are"
    return compiling.single(GENERATOR, pins.VERSION, "generator of the SDKs", advice).locate()
