r"""Standard output and error that take any text, and whose reader may leave.

Names come from sipgate and may hold any character; a terminal or a file in ISO-8859-1, Windows-1252 or ASCII cannot.
There a character is shown as Python escapes it, `\u2713`: nothing is lost, a name in a table can still be told from
another, and a printed program means the same.

A reader that leaves (`| head`) ends the command silently, with the exit code by which a shell reports SIGPIPE. The
signal itself stays ignored, since it would also end the command where sipgate closes a connection.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from typing import NoReturn

__all__ = ["tolerant_streams"]

_ASCII = "sipgateascii"
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


@contextlib.contextmanager
def tolerant_streams() -> Iterator[None]:
    """In the block, output never raises for what it holds, nor shows a traceback for where it goes."""
    codecs.register(_ascii)
    # `>&-` leaves none.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115  it lasts as long as the program
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        # A test may have put anything there.
        if isinstance(stream, io.TextIOWrapper):
            is_ascii = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=_ASCII if is_ascii else None, errors="backslashreplace")
    stdout = sys.stdout
    try:
        yield
    except SystemExit as ending:
        # A closed pipe has rich leave while it handles the error, and click after it has put another stream there.
        if sys.stdout is stdout and not isinstance(ending.__context__, BrokenPipeError):
            raise
        _end_silently()
    except BrokenPipeError:
        _end_silently()
    except OSError as error:
        if error.errno not in _UNWRITABLE or error.filename is not None:
            raise
        sys.stderr.write(f"Error: The output cannot be written: {error.strerror}.\n")
        _discard_output()
        sys.exit(1)


def _ascii(name: str) -> codecs.CodecInfo | None:
    """ASCII under a name that click does not know: it takes ASCII for a mistake and writes UTF-8."""
    if name != _ASCII:
        return None
    codec = codecs.lookup("ascii")
    return codecs.CodecInfo(
        codec.encode,
        codec.decode,
        incrementalencoder=codec.incrementalencoder,
        incrementaldecoder=codec.incrementaldecoder,
        name=_ASCII,
    )


def _end_silently() -> NoReturn:
    _discard_output()
    sys.exit(128 + signal.SIGPIPE)


def _discard_output() -> None:
    """What is still in buffers goes nowhere; at its end Python would complain that it cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
