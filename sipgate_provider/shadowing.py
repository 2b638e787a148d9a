"""Modules of a project that shadow one of Python's or of an installed package, and what that does to the provider.

The engine starts the provider's process with `-m`, in the program's folder, which Python puts first on its path. A
`random.py` there is imported by Pulumi in place of Python's own, and the process dies before any code of this package
runs. The program's process is not affected: Pulumi is imported before the folder is on its path. So the program warns,
of what Pulumi has imported itself; and what shadows a module that only the provider needs, such as `requests`, is named
by the provider when it has failed. `sipgate-provider doctor` finds both beforehand.
"""

from __future__ import annotations

import os
import sys

__all__ = ["shadowing_here", "shadowing_in_the_way"]

_DEPENDENCIES = frozenset(
    {
        "certifi",
        "charset_normalizer",
        "filelock",
        "idna",
        "msgspec",
        "oauthlib",
        "platformdirs",
        "requests",
        "urllib3",
    }
)


def shadowing_here() -> list[str]:
    """The current folder's modules that shadow one which this process has from elsewhere."""
    # PYTHONSAFEPATH keeps the folder off the path of the provider's process, too.
    if getattr(sys.flags, "safe_path", False):
        return []
    try:
        folder = os.getcwd()  # noqa: PTH109  compared as text
        with os.scandir(folder) as entries:
            modules = {
                entry.name.removesuffix(".py"): entry.path
                for entry in entries
                if entry.name.endswith(".py") or os.path.exists(f"{entry.path}/__init__.py")  # noqa: PTH110  quick
            }
    except OSError:
        return []
    return sorted(
        path
        for name, path in modules.items()
        if name in sys.modules
        and _origin(name) not in {"", "built-in", "frozen", path, f"{path}/__init__.py"}
    )


def shadowing_in_the_way() -> list[str]:
    """The current folder's modules that this process has imported in place of Python's own or a dependency's."""
    folder = os.getcwd()  # noqa: PTH109  compared as text
    names = (sys.stdlib_module_names | _DEPENDENCIES).intersection(sys.modules)
    origins = (_origin(name).removesuffix("/__init__.py") for name in names)
    return sorted(origin for origin in origins if os.path.dirname(origin) == folder)  # noqa: PTH120  likewise


def _origin(name: str) -> str:
    return getattr(getattr(sys.modules[name], "__spec__", None), "origin", None) or ""
