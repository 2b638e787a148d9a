"""The SDKs, generated from what the plugin says of itself, and programs on them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.plugin.schema import text
from tests.engine_stack import ROOT
from tests.needed import needed
from tools import golang, sdk

GOLANG = ROOT / "tests" / "golang"


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("schema") / "schema.json"
    file.write_text(text())
    return file


@pytest.fixture(scope="session")
def generated(schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The SDK for a language."""

    def generate(language: str) -> Path:
        folder = tmp_path_factory.mktemp(language) / "sdk"
        return needed(lambda: sdk.generate(language, schema, folder))

    return generate


@pytest.fixture(scope="session")
def go_module(generated: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Go module with the programs of the tests, that of examples/go and the SDK."""
    needed(golang.locate)
    module = tmp_path_factory.mktemp("module") / "golang"
    shutil.copytree(GOLANG, module)
    shutil.copytree(generated("go"), module / "sdk")
    shutil.copy2(ROOT / "examples/go/main.go", module / "example")
    return module


def run(engine: Any, *command: str | Path) -> Any:
    """What a program that runs itself on the engine says that it did; it has to succeed."""
    done = engine.runs(tuple(map(str, command)), {})
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def on_path(engine: Any, folder: Path) -> None:
    engine.environment["PATH"] = f"{folder}{os.pathsep}{engine.environment['PATH']}"
