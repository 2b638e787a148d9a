"""One line for each try of a request, to attach to a bug report.

    2026-11-28T18:46:36.123Z 4711 GET /v2/authorization/oauth2/clients 429 in 12 ms, try 1; again after 30 s, as asked

The command line shows the lines with `--verbose`. `SIPGATE_LOG` names a file for every process: the plugin, the
dynamic provider's process, a program's lookups, and commands. Only the environment can name it, since a checkout must
not choose a file that a run of its user writes. A line has no query, header or body, so it never contains a credential.

A file that cannot be opened stops the run before anything is sent, like every wrong setting: whoever wants a log of a
rare fault should not run without one. A line that cannot be written later is lost, and the run goes on. Each line is
one write to the end of the file, so the lines of several processes do not mix.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from sipgate_provider.errors import ConfigurationError

__all__ = ["open_file", "record", "show"]

_VARIABLE = "SIPGATE_LOG"
_log = logging.getLogger("sipgate_provider.requests")
# The hosts show everything that reaches the package's own logger.
_log.propagate = False
_opening = threading.Lock()


class _File(logging.Handler):
    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            os.write(self._descriptor, f"{self.format(record)}\n".encode(errors="replace"))


def show(handler: logging.Handler) -> None:
    """Passes every line to the handler from now on."""
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(process)d %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)


def open_file() -> None:
    """Appends every line to the file that the environment names, if it names one.

    Raises:
        ConfigurationError: The file cannot be opened.
    """
    if path := os.environ.get(_VARIABLE):
        # Two threads would open it twice, and write each line twice.
        with _opening:
            _open(path)


@cache
def _open(path: str) -> None:
    if not Path(path).is_absolute():
        raise ConfigurationError(
            f"{_VARIABLE} is not an absolute path, and several processes write to the file. "
            f"Set it as in {_VARIABLE}=/tmp/sipgate.log, or unset it."
        )
    try:
        # Opening a pipe that nobody reads would wait.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
        descriptor = os.open(path, flags, 0o600)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not a path"
        raise ConfigurationError(
            f"The file that {_VARIABLE} names cannot be opened: {why}. Set it to the path of a file that you may "
            "write, or unset it."
        ) from None
    show(_File(descriptor))


def record(
    method: str, url: str, result: str, *, began: float, tries: int, sequel: str = ""
) -> None:
    """Writes the line of a try.

    Args:
        method: The HTTP verb.
        url: The full URL, of which only the path is shown.
        result: The status, or why there is none.
        began: When the try began, as of `time.monotonic`.
        tries: The number of the try.
        sequel: What follows, if the request is repeated.
    """
    if _log.isEnabledFor(logging.INFO):
        milliseconds = (time.monotonic() - began) * 1000
        text = "%s %s %s in %.0f ms, try %d%s"
        path = urlsplit(url).path
        _log.info(text, method, path, result, milliseconds, tries, sequel and f"; {sequel}")
