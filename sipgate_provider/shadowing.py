"""Finds modules of a project that shadow Python's or an installed package's, and so break the provider.

The engine starts the provider's process with `-m` in the program's folder, which Python then puts first on its path.
Pulumi imports a `random.py` there instead of Python's own, and the process dies before any code of this package runs.
The program's own process is not affected, since it imports Pulumi before the folder is on its path. So the program
looks for files with the name of a module that Pulumi has imported. Only if it finds one does it try whether the
provider's process would start. If a file shadows a module that only the provider needs, such as `requests`, the
provider names that file when it fails. `sipgate-provider doctor` finds both beforehand.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys

__all__ = ["shadowing_imported", "shadowing_pulumi"]

_DEPENDENCIES = frozenset(
    {
        "certifi",
        "charset_normalizer",
        "filelock",
        "idna",
        "platformdirs",
        "pydantic",
        "pydantic_core",
        "requests",
        "urllib3",
    }
)


@functools.cache
def shadowing_pulumi() -> tuple[str, ...]:
    """The program's modules that shadow one of Pulumi's, if they keep the provider's process from starting."""
    # PYTHONSAFEPATH keeps the folder off the path of the provider's process, too.
    if getattr(sys.flags, "safe_path", False):
        return ()
    command = (sys.executable, "-c", "import pulumi.dynamic, pulumi.runtime")
    try:
        files = _with_names_of_imported_modules()
        if not files:
            return ()
        process = subprocess.run(command, check=False, capture_output=True, timeout=60)  # noqa: S603  a command of ours
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return files if process.returncode else ()


def _with_names_of_imported_modules() -> tuple[str, ...]:
    """The program's modules with the name of a module that this process has imported from elsewhere."""
    folder = os.getcwd()  # noqa: PTH109  compared as text
    # The folder is first on the path of a program that Pulumi runs, but not of an installed script.
    if os.path.abspath(sys.path[0]) != folder:  # noqa: PTH100  likewise
        return ()
    with os.scandir(folder) as entries:
        modules = {
            entry.name.removesuffix(".py"): entry.path
            for entry in entries
            if entry.name.endswith(".py") or os.path.exists(f"{entry.path}/__init__.py")  # noqa: PTH110  quick
        }
    return tuple(
        sorted(
            path
            for name, path in modules.items()
            if name in sys.modules
            and _origin(name) not in {"", "built-in", "frozen", path, f"{path}/__init__.py"}
        )
    )


def shadowing_imported() -> list[str]:
    """The current folder's modules that this process has imported in place of Python's own or a dependency's."""
    folder = os.getcwd()  # noqa: PTH109  compared as text
    names = (sys.stdlib_module_names | _DEPENDENCIES).intersection(sys.modules)
    origins = (_origin(name).removesuffix("/__init__.py") for name in names)
    return sorted(origin for origin in origins if os.path.dirname(origin) == folder)  # noqa: PTH120  likewise


def _origin(name: str) -> str:
    return getattr(getattr(sys.modules[name], "__spec__", None), "origin", None) or ""
