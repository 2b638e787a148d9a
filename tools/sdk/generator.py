"""The generator: Pulumi's own code, in a program of ours that is built once per machine and kept in the cache."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tools.engine import cache, pins, ways
from tools.engine.errors import CommandFailedError, UnavailableError
from tools.engine.process import follow
from tools.sdk.errors import SdkError

if TYPE_CHECKING:
    from pathlib import Path

GENERATOR = pins.Binary("generate_nodejs", "sipgate-provider/tools/engine/go/generate_nodejs")
_SPACE = 2_500_000_000  # 1.8 GB at the end, and the linker's temporary files


def generate(schema: Path, folder: Path) -> Path:
    """The SDK is in the folder, which is made if need be; answers with the folder.

    Progress goes to stderr. The first call on a machine can take two minutes.

    Args:
        schema: The provider's schema, as JSON.
        folder: Where the SDK goes; nothing else may be there.

    Raises:
        SdkError: There is something else, there is no generator, or it refuses the schema.
    """
    if folder.exists() and any(folder.iterdir()):
        raise SdkError(f"{folder} is not empty; name another folder, or remove what is there")
    try:
        follow([str(locate()), str(schema), str(folder)])
    except CommandFailedError as reason:
        raise SdkError(f"No SDK could be generated from {schema}: {reason}") from reason
    return folder


def locate() -> Path:
    """The generator.

    Raises:
        SdkError: There is none and none can be built.
    """
    name = pins.entry_name(f"{GENERATOR.name}-{pins.VERSION}", [GENERATOR])
    entry = cache.Entry(cache.root() / name, "generator of the SDK", _require)

    def compile_(stage: Path) -> None:
        # Not at the top: a generator that is there is found without it.
        from tools.engine.compiling import Compiler  # noqa: PLC0415

        compiler = Compiler.get(
            entry.work, space=_SPACE, what="the generator of the SDK", takes="2 minutes"
        )
        (stage / "bin").mkdir()
        compiler.compile(GENERATOR, stage / "bin")

    tried: dict[str, str] = {}
    found = ways.first(entry, {"a build from Go modules": compile_}, tried)
    if found is None:
        obstacles = "\n".join(f"  - {way}: {reason}" for way, reason in tried.items())
        raise SdkError(
            "The generator of the SDK could not be built. Remove one of these obstacles, or use"
            f" `pulumi package gen-sdk` where Pulumi's Node language host is:\n{obstacles}"
        )
    return found / GENERATOR.name


def _require(folder: Path) -> None:
    if not os.access(folder / GENERATOR.name, os.X_OK):
        raise UnavailableError(f"{GENERATOR.name} missing in {folder}")
