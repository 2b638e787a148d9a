"""Modules of a project that shadow one of Python's or of an installed package, and what that does to the provider.

The engine starts the provider's process with `-m`, in the program's folder, which Python puts first on its path. A
`random.py` there is imported by Pulumi in place of Python's own, and the process dies before any code of this package
runs. The program's process is not affected: Pulumi is imported before the folder is on its path. So the program looks
whether a file has the name of a module that Pulumi has imported itself, and tries, only then, whether the provider's
process would start. What shadows a module that only the provider needs, such as `requests`, is named by the provider
when it has failed. `sipgate-provider doctor` finds both beforehand.
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
        "oauthlib",
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
        tried = subprocess.run(command, check=False, capture_output=True, timeout=60)  # noqa: S603  a command of ours
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return files if tried.returncode else ()


def _with_names_of_imported_modules() -> tuple[str, ...]:
    """The program's modules that have the name of one that this process has from elsewhere."""
    folder = os.getcwd()  # noqa: PTH109  compared as text
    # It is on the path of a program that Pulumi runs, and on that of no installed script.
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
