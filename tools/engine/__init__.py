"""Gets the genuine Pulumi engine onto a machine.

    $ python tools/engine
    /home/me/.cache/sipgate-provider/engine/3.274.1-…/bin

From Python, `locate()` answers with the same folder, and `scratch_environment()` with variables to run it in a
folder of its own. The order of the ways is in `order`, the
versions are in `pins`.
"""

from tools.engine.errors import EngineNotFoundError
from tools.engine.order import locate
from tools.engine.scratch import pulumi, scratch_environment

__all__ = ["EngineNotFoundError", "locate", "pulumi", "scratch_environment"]
