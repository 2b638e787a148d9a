"""The checks of a project: the Python that Pulumi would start, and whether the provider works in it.

Pulumi starts two processes, and finds their Pythons in two ways. For the program, it starts from the project's folder.
For the provider, `pulumi-resource-pulumi-python`, a shell script, starts from the program's folder. With
`toolchain: uv` in a workspace, or with `main:`, these may be two environments, and the provider fails.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sipgate_provider.cli.diagnosis import Diagnosis
from sipgate_provider.cli.machine import output
from sipgate_provider.cli.project import read_project, runtime_of
from sipgate_provider.installation import installing

__all__ = ["program_environment"]

_PLUGIN = "pulumi-resource-sipgate"

# The project's Python runs this. It imports everything that the provider's process imports, with the program's folder
# (the first argument) off the path, where it shadows nothing; first on the path, as with Pulumi; or last, in case the
# folder contains the package itself.
_PROBE = """
import sys
at_start = set(sys.modules)
if sys.path[:1] == [""]:
    del sys.path[0]
folder, place, checker = sys.argv[1:]
sys.path[:] = {"off": sys.path, "first": [folder, *sys.path], "last": [*sys.path, folder]}[place]
import json, pulumi.dynamic, pulumi.runtime, sipgate_provider
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pkgutil import iter_modules
def load(package):
    for module in iter_modules(package.__path__, package.__name__ + "."):
        if module.name.partition(".")[2] not in ("__main__", "cli", "importing", "plugin", "simulator"):
            loaded = import_module(module.name)
            if module.ispkg:
                load(loaded)
load(sipgate_provider)
shadowing = {}
for name in set(sys.modules) - at_start:
    own = getattr(sys.modules[name], "__spec__", None)
    if own and "." not in name and own.origin not in ("built-in", "frozen"):
        here = PathFinder.find_spec(name, [folder])
        if here and here.origin and here.origin != own.origin:
            shadowing[name] = here.origin
print(json.dumps({
    "version": sipgate_provider.__version__,
    "shadowing": {} if getattr(sys.flags, "safe_path", False) else shadowing,
    "checker": not checker or find_spec(checker) is not None,
}))
"""


def program_environment(file: Path) -> Iterator[Diagnosis]:
    """Checks that the Python that Pulumi starts for this project can import the whole package."""
    document = read_project(file)
    name, options = runtime_of(document)
    if name != "python":
        yield _plugin(file, document, name)
        return
    folder = (file.parent / str(document.get("main") or "")).absolute()
    if folder.is_file():
        folder = folder.parent
    found = _python(file, folder, options)
    if isinstance(found, Diagnosis):
        yield found
        return
    checker = str(options.get("typechecker") or "")
    probed = _probe(found, folder, "off", checker) or _probe(found, folder, "last", checker)
    if probed is None:
        yield Diagnosis(
            "project",
            "bad",
            f"Pulumi would run {found}, which has no sipgate_provider.",
            f"Install it there (`{installing(python=found)}`), or activate the environment that has it.",
        )
        return
    yield Diagnosis(
        "project", "good", f"Pulumi runs {found}, which has sipgate_provider {probed['version']}."
    )
    if not probed["checker"]:
        yield Diagnosis(
            "project",
            "bad",
            f"{file} has `typechecker: {checker}`, which {found} does not have.",
            f"Install {checker} there, or remove the option.",
        )
    if probed["shadowing"]:
        works = _probe(found, folder, "first", checker) is not None
        for module, path in sorted(probed["shadowing"].items()):
            yield Diagnosis(
                "project",
                "doubtful" if works else "bad",
                f"{path} shadows the module {module}, which Pulumi or the provider needs.",
                "Rename it.",
            )


def _probe(python: str, folder: Path, place: str, checker: str) -> dict[str, Any] | None:
    """Runs the probe and returns its result; None if it fails."""
    printed = output(python, "-c", _PROBE, str(folder), place, checker, cwd=folder)
    try:
        found = json.loads((printed or "").splitlines()[-1])
    except (IndexError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _python(file: Path, folder: Path, options: dict[str, Any]) -> str | Diagnosis:
    """The Python that Pulumi starts for the program and the provider, or why there is none."""
    toolchain = options.get("toolchain") or "pip"
    if toolchain in {"uv", "poetry"} and shutil.which(toolchain) is None:
        return Diagnosis(
            "project",
            "bad",
            f"{file} has `toolchain: {toolchain}`, and there is no `{toolchain}` on PATH.",
            f"Install {toolchain}, or remove the option.",
        )
    environment = options.get("virtualenv")
    if toolchain == "poetry":
        environment = output("poetry", "env", "info", "--path", cwd=folder)
        if not environment:
            return _no_python(f"Poetry has no environment for {folder}.")
    if toolchain == "uv" and not environment:
        above = (file.parent.absolute(), *file.parent.absolute().parents)
        roots = (
            place
            for mark in ("uv.lock", "pyproject.toml")
            for place in above
            if (place / mark).exists()
        )
        program = next(roots, above[0]) / ".venv"
        if program != folder / ".venv":
            shared = os.path.relpath(program, folder) if folder == above[0] else program
            return Diagnosis(
                "project",
                "bad",
                f"Pulumi looks for the program's environment in {program}, and for the provider's in "
                f"{folder / '.venv'}.",
                f"Name it in {file.name}, under `options:`: `virtualenv: {shared}`.",
            )
        environment = str(program)
    if not environment:
        command = os.environ.get("PULUMI_PYTHON_CMD")
        found = (
            shutil.which(command) if command else shutil.which("python3") or shutil.which("python")
        )
        return found or _no_python("There is no Python on PATH.")
    if not Path(environment).is_absolute() and folder != file.parent.absolute():
        return Diagnosis(
            "project",
            "bad",
            f"{file} has both `main:` and a relative `virtualenv:`, which Pulumi looks for in two folders.",
            "Remove `virtualenv:` and activate the environment before `pulumi up`.",
        )
    python = folder / environment / "bin" / "python"
    return str(python) if python.exists() else _no_python(f"There is no Python in {environment}.")


def _no_python(fact: str) -> Diagnosis:
    remedy = f"Run `pulumi install`, or make the environment and run `{installing(python='python')}` in it."
    return Diagnosis("project", "bad", fact, remedy)


def _plugin(file: Path, document: dict[str, Any], runtime: str) -> Diagnosis:
    """Checks that Pulumi finds the native plugin, which serves programs in every language."""
    providers = (document.get("plugins") or {}).get("providers") or []
    folders = [
        file.parent / str(one.get("path")) for one in providers if one.get("name") == "sipgate"
    ]
    found = next(
        filter(None, (shutil.which(_PLUGIN, path=folder) for folder in (*folders, None))), None
    )
    if found is None:
        return Diagnosis(
            "project",
            "bad",
            f"{file} has the runtime {runtime!r}, and there is no {_PLUGIN}.",
            "Activate the environment that has sipgate-provider, or name its bin folder in Pulumi.yaml under "
            "plugins.providers.",
        )
    return Diagnosis("project", "good", f"Pulumi runs {found}, which serves {runtime} programs.")
