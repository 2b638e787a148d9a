"""What this package changes in Pulumi's process for dynamic providers, and why.

The SDK runs `pulumi.dynamic` as the main module of that process. It shows every exception as a whole traceback, and
does not pass on the engine's Cancel. Neither has an interface. So two things are replaced in the main module:

- The text of an exception. A `SipgateError` is written for the user, so its message is all that is shown. Any other
  exception is a bug of ours, or of another provider in the process, and keeps its traceback. `sys.tracebacklimit` would
  do the same for all threads at once, and one thread's bug would turn another's message into a traceback.
- What Cancel does. It sets `cancelled`, so that a request that waits to be repeated gives up, as in the native plugin.

The engine shows what the process writes to stderr, without saying that it is a warning. So warnings of this package say
so themselves.

Outside that process, or with an SDK that works differently, nothing is replaced.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import SimpleNamespace

from sipgate_provider.errors import SipgateError

__all__ = ["adapt", "cancelled"]

cancelled = threading.Event()
"""Set once the engine has cancelled the run."""


def adapt() -> None:
    """Makes the process show errors of this package as messages, and notice that the run is cancelled."""
    host = sys.modules["__main__"]
    servicer = getattr(host, "DynamicResourceProviderServicer", None)
    if servicer is not None:
        host.traceback = SimpleNamespace(format_exc=_shown)  # type: ignore[attr-defined]
        # The server has bound the method already, so its code is replaced.
        servicer.Cancel.__code__ = _cancel.__code__
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("warning: %(message)s"))
        log = logging.getLogger("sipgate_provider")
        log.handlers, log.propagate = [handler], False


def _shown() -> str:
    """The current exception as the user sees it."""
    error = sys.exc_info()[1]
    return f"SipgateError: {error}" if isinstance(error, SipgateError) else traceback.format_exc()


def _cancel(_self: object, _request: object, _context: object) -> object:
    # Runs with the globals of Pulumi's module.
    from google.protobuf.empty_pb2 import Empty

    from sipgate_provider.dynamic_host import cancelled

    cancelled.set()
    return Empty()
