"""Writes the two pages that Pulumi's registry expects in docs: `_index.md` and `installation-configuration.md`.

    $ python tools/registry

They are made of the package's schema and of the examples, so that nothing is said twice. The registry has a format of
its own, so the manual leaves them out.
"""

from tools.registry.pages import pages

__all__ = ["pages"]
