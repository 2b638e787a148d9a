"""The generator: Pulumi's own code, in a program of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.engine import pins, single
from tools.engine.errors import CommandFailedError, UnavailableError
from tools.engine.process import follow
from tools.sdk.errors import SdkError

if TYPE_CHECKING:
    from pathlib import Path

GENERATOR = pins.Binary("generate", "sipgate-provider/tools/engine/go/generate")
LANGUAGES = ("go", "nodejs")
_SPACE = 2_500_000_000  # 1.8 GB at the end, and the linker's temporary files


def generate(language: str, schema: Path, folder: Path) -> Path:
    """The SDK is in the folder, which is made if need be; answers with the folder.

    Progress goes to stderr. The first call on a machine can take two minutes.

    Args:
        language: One of `LANGUAGES`.
        schema: The provider's schema, as JSON.
        folder: Where the SDK goes; nothing else may be there.

    Raises:
        SdkError: There is something else, there is no generator, or it refuses the schema.
    """
    if folder.exists() and any(folder.iterdir()):
        raise SdkError(f"{folder} is not empty; name another folder, or remove what is there")
    try:
        follow([str(locate()), language, str(schema), str(folder)])
    except CommandFailedError as reason:
        raise SdkError(f"No SDK could be generated from {schema}: {reason}") from reason
    return folder


def locate() -> Path:
    """The generator.

    Raises:
        SdkError: There is none and none can be built.
    """
    what = "generator of the SDKs"
    try:
        return single.locate(
            GENERATOR, version=pins.VERSION, what=what, takes="2 minutes", space=_SPACE
        )
    except UnavailableError as obstacles:
        raise SdkError(
            f"The {what} could not be built. Remove one of these obstacles, or use"
            f" `pulumi package gen-sdk` where Pulumi's language hosts are:\n{obstacles}"
        ) from obstacles
