"""Generates the provider's SDK for a language from its schema, with Pulumi's own code generator.

  $ python tools sdk nodejs sipgate_provider/plugin/schema.json build/nodejs
  build/nodejs

With Pulumi's language hosts, `pulumi package gen-sdk` does the same with the same code generators. The hosts for
Node.js and Go cannot be installed where only package registries can be reached, since they are not published as Go
modules, but the generators are. The program with the generators is built once per machine, which takes about 2 minutes.
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
    "folder": {"type": Path, "help": "the folder for the SDK, which must be empty or not exist"},
}


def generate(language: str, schema: Path, folder: Path) -> Path:
    """Generates the SDK and returns its folder.

    Args:
        language: go or nodejs.
        schema: The provider's schema, as JSON.
        folder: The folder for the SDK; it must be empty or not exist.

    Raises:
        ToolError: The folder is not empty, or the generator could not be built or rejects the schema.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ToolError(f"{folder} is not empty; name another folder, or empty this one")
    try:
        follow([str(locate()), language, str(schema), str(folder)])
    except CommandFailedError as reason:
        raise ToolError(f"No SDK could be generated from {schema}: {reason}") from reason
    return folder


def locate() -> Path:
    """Returns the path of the generator.

    Raises:
        ToolError: It could not be built.
    """
    advice = "Use `pulumi package gen-sdk` on a machine with Pulumi's language hosts"
    return compiling.single(GENERATOR, pins.VERSION, "generator of the SDKs", advice).locate()
