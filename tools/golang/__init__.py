"""Gets onto a machine what Go programs of the tests need: Go itself, and a place for what it compiles.

    $ python tools/golang
    /home/me/.cache/sipgate-provider/engine/golang-…/…

From Python, `locate()` answers with Go, and `compiled()` with a program.
"""

from tools.golang.compiler import compiled, locate
from tools.golang.errors import GoNotFoundError

__all__ = ["GoNotFoundError", "compiled", "locate"]
