"""Packs the native plugin into an archive that needs no Python.

    $ python tools/plugin
    dist/pulumi-resource-sipgate-v0.1.0-linux-amd64.tar.gz

`pulumi plugin install resource sipgate 0.1.0 --file ARCHIVE` installs it.
"""

from tools.plugin.archive import build
from tools.plugin.errors import PluginError

__all__ = ["PluginError", "build"]
