"""The checks of a project: whether what Pulumi starts for it works with the provider.

What is tried of the project gets no credential.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sipgate_provider.cli.diagnosis import Diagnosis
from sipgate_provider.cli.machine import output, without_credentials
from sipgate_provider.cli.project import read_project, runtime_of
from sipgate_provider.cli.started import ask, python_of_provider, reasons
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.installation import installing

__all__ = ["program_environment"]

_PACKAGE = "sipgate"

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
    "prefix": sys.prefix,
    "shadowing": {} if getattr(sys.flags, "safe_path", False) else shadowing,
    "checker": not checker or find_spec(checker) is not None,
}))
"""


def program_environment(file: Path) -> Iterator[Diagnosis]:
    """Checks that what Pulumi starts for this project works with the provider."""
    try:
        document = read_project(file)
    except ConfigurationError as error:
        yield Diagnosis("project", "bad", "Its Pulumi.yaml is not read.", str(error))
        return
    language, options = runtime_of(document)
    about = ask(file.parent, "about")
    folder = (file.parent / str(document.get("main") or "")).absolute()
    folder = folder.parent if folder.is_file() else folder
    checker = str(options.get("typechecker") or "")
    python = (about.get("runtime") or {}).get("executable")
    if language != "python":
        yield _plugin(file, language, about)
    elif not python:
        yield Diagnosis(
            "project",
            "doubtful",
            f"Pulumi does not say which Python it runs{reasons(about)}.",
            "Run `pulumi install`, and see what `pulumi about` says.",
        )
    elif not _probe_anywhere(python, folder, checker) and _needs_plugin(about):
        # The program uses the SDK that Pulumi generates of the plugin.
        yield _plugin(file, language, about)
    else:
        yield from _python(python, folder, checker, options)


def _python(
    program: str, folder: Path, checker: str, options: Mapping[str, Any]
) -> Iterator[Diagnosis]:
    """Checks the Python of the program and that of the provider."""
    provider, problem = python_of_provider(folder, options)
    if problem:
        yield Diagnosis(
            "project",
            "bad",
            f"Pulumi runs the program with {program}, but cannot start the provider: {problem}",
            "Run `pulumi install`, or name an environment for both in Pulumi.yaml, as an absolute `virtualenv:`.",
        )
        return
    names = dict.fromkeys(filter(None, (program, provider)))
    found = {python: _probe_anywhere(python, folder, checker) for python in names}
    # An environment has its Python under several names.
    if len({one["prefix"] if one else Path(name).parent for name, one in found.items()}) == 1:
        pythons = {program: "program and provider"}
    else:
        pythons = dict(zip(found, ("the program", "the provider"), strict=True))
    for python, who in pythons.items():
        probed = found[python]
        if probed is None:
            yield Diagnosis(
                "project",
                "bad",
                f"Pulumi would run {who} with {python}, which has no sipgate_provider.",
                _install(python),
            )
            continue
        yield Diagnosis(
            "project",
            "good",
            f"Pulumi runs {who} with {python}, which has sipgate_provider {probed['version']}.",
        )
        if python == program and not probed["checker"]:
            yield Diagnosis(
                "project",
                "bad",
                f"The project has `typechecker: {checker}`, which {python} does not have.",
                f"Install {checker} there, or remove the option.",
            )
        # The last one is the provider's.
        if python == [*pythons][-1] and probed["shadowing"]:
            works = _probe(python, folder, "first", checker) is not None
            for module, path in sorted(probed["shadowing"].items()):
                yield Diagnosis(
                    "project",
                    "doubtful" if works else "bad",
                    f"{path} shadows the module {module}, which Pulumi or the provider needs.",
                    "Rename it.",
                )


def _install(python: str) -> str:
    return f"Install it there (`{installing(python=python)}`), or activate the environment that has it."


def _probe_anywhere(python: str, folder: Path, checker: str) -> dict[str, Any] | None:
    return _probe(python, folder, "off", checker) or _probe(python, folder, "last", checker)


def _probe(python: str, folder: Path, place: str, checker: str) -> dict[str, Any] | None:
    """Runs the probe and returns its result; None if it fails."""
    printed = output(
        *(python, "-c", _PROBE, str(folder), place, checker),
        cwd=folder,
        environment=without_credentials(),
    )
    try:
        found = json.loads((printed or "").splitlines()[-1])
    except (IndexError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _needs_plugin(about: Mapping[str, Any]) -> bool:
    return any(one.get("name") == _PACKAGE for one in about.get("plugins") or [])


def _plugin(file: Path, language: str, about: dict[str, Any]) -> Diagnosis:
    """Checks that Pulumi finds the native plugin, which serves programs in every language."""
    installed = ask(file.parent, "plugin", "ls", "--project").get("found")
    for one in installed or []:
        if one.get("name") == _PACKAGE and one.get("kind") == "resource":
            name = f"{_PACKAGE} {one.get('version') or ''}".strip()
            return Diagnosis(
                "project",
                "good",
                f"Pulumi finds the plugin {name}, which serves the {language} program.",
            )
    if _needs_plugin(about):
        return Diagnosis(
            "project",
            "bad",
            f"The {language} program needs the plugin {_PACKAGE}, and Pulumi does not find it.",
            "Activate the environment that has sipgate-provider, or name its bin folder in Pulumi.yaml under "
            "plugins.providers.",
        )
    if installed is None or about.get("plugins") is None:
        return Diagnosis(
            "project",
            "doubtful",
            f"Pulumi does not say which plugins the {language} program needs{reasons(about)}.",
            "See what `pulumi about` says.",
        )
    return Diagnosis(
        "project",
        "doubtful",
        f"The {language} program does not need the plugin {_PACKAGE} yet.",
        "Add it with `pulumi package add`.",
    )
