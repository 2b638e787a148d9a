"""Gets the genuine Pulumi engine onto a machine.

    $ python tools/engine
    /home/me/.cache/sipgate-provider/engine/3.274.1-…/bin

From Python, `locate()` answers with the same folder. The order of the ways is in `order`, the
versions are in `pins`.
"""

from tools.engine.errors import EngineNotFoundError
from tools.engine.order import locate

__all__ = ["EngineNotFoundError", "locate"]
