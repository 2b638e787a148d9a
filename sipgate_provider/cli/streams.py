r"""Standard output and error for any text, and for readers that leave early.

sipgate's names may contain any character, but a terminal or a file in ISO-8859-1, Windows-1252 or ASCII may not. A
missing character is shown as Python's escape sequence, `\u2713`. So nothing is lost: names in a table remain distinct,
and a printed program keeps its meaning.

If a reader leaves (`| head`), the command ends silently, with the exit code that a shell uses for SIGPIPE. The signal
itself stays ignored, since it would also end the command if sipgate closes a connection.
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
    """Keeps output in the block from failing, whatever it contains and wherever it is written."""
    codecs.register(_ascii)
    # After `>&-` there is no stream.
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
    except SystemExit as error:
        # After a closed pipe, rich exits while it handles the error, and click exits after replacing the stream.
        if sys.stdout is stdout and not isinstance(error.__context__, BrokenPipeError):
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
    """ASCII under another name: click assumes that ASCII is a mistake, and would write UTF-8."""
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
    """Discards what is still in buffers. At exit, Python would complain that it cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
