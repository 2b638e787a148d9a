"""`simulator`: a sipgate on this machine, to try the provider against."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import queue
import signal
import sys
import tempfile
import threading
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sipgate_provider.simulator import RequestRecord, Simulator

# SIP's own port with a 1 in front. It is always the same, so exported variables stay valid after a restart. Web servers
# do not usually use it, unlike 8000 and 8080. Linux gives no port below 32768 to an outgoing connection.
PORT = 15060

EXTRA = "pip install 'sipgate-provider[simulator]'"


_A_DAY = 86_400

# How long a clean end may take before the process exits.
_END_SECONDS = 3.0

# Lines that may wait for a slow terminal or pipe; further lines are dropped.
_MOST_LINES = 1000

# The longest path that is shown.
_MOST_CHARACTERS = 500


class _Seconds(click.FloatRange):
    """A range that excludes NaN."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Converts an argument to seconds."""
        seconds: float = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return seconds


@click.command("simulator", short_help="Run a simulated sipgate on this machine.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; a name is one more that it is found under.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port to listen on; 0 takes any free one.",
)
@click.option(
    "--latency",
    type=_Seconds(min=0, max=_A_DAY),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait this long before every response.",
)
@click.option(
    "--token-life",
    type=_Seconds(min=0, max=365 * _A_DAY, min_open=True),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="How long an access token is valid.",
)
@click.option(
    "--require-all-fields",
    is_flag=True,
    help="Answer 500 to a client without privacyUrl and termsUrl, as sipgate's REST description says.",
)
@click.option(
    "--allow-remote",
    is_flag=True,
    help="Allow a --host that other machines can reach. Everyone knows the credentials.",
)
@click.option(
    "--tls",
    is_flag=True,
    help="Serve HTTPS, with a certificate of the simulator's own authority.",
)
@click.option(
    "--file",
    type=click.Path(dir_okay=False),
    metavar="PATH",
    help="Keep clients and credentials in this file; it is created if it does not exist. Only you may read it.",
)
def command(
    host: str,
    port: int,
    latency: float,
    token_life: float,
    require_all_fields: bool,
    allow_remote: bool,
    tls: bool,
    file: str | None,
) -> None:
    """Run a simulated sipgate on this machine.

    It answers the calls for OAuth clients as sipgate's API does. Its account starts empty and ends with it, unless
    --file keeps the account. You need no sipgate account, and nothing leaves this machine.

    Start it in one terminal. It prints three lines to paste into another terminal, where you run pulumi. They set
    SIPGATE_BASE_URL, SIPGATE_TOKEN_ID and SIPGATE_TOKEN, for the provider. With --tls, a fourth line sets
    REQUESTS_CA_BUNDLE to the certificate to trust. The simulator prints every request. Ctrl-C ends it.

    Open the address that it prints in a browser to see clients and requests. To see what a program does when sipgate
    fails, set a fault, here for the next request:

    \b
      curl http://127.0.0.1:15060/_simulator/faults \\
        -H 'X-Requested-With: curl' \\
        --json '{"kind": "answer", "status": 503}'

    GET and DELETE of the same path list and end the faults. The kinds are answer, reset, truncate, delay and stall;
    "method", "path" and "times" select the requests. PATCH /_simulator/switches changes every response; GET
    /_simulator/requests lists the requests. The manual's page about the simulator describes all of it. The header
    proves that no web page sends the request.
    """  # noqa: D301 - click wants the character itself to leave a paragraph as it is
    # Both signals are blocked before the server's thread starts, so that it inherits the block. They then wait for
    # sigwait, and cannot interrupt starting or stopping.
    end_signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, end_signals)
    try:
        from sipgate_provider.simulator import Simulator, StorageError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in {
            "starlette",
            "uvicorn",
            "h11",
            "anyio",
            "jinja2",
            "joserfc",
            "trustme",
        }:
            raise
        raise click.ClickException(f"The simulator needs {error.name}: {EXTRA}") from None
    output = _Output()
    logging.basicConfig(handlers=[_Log(output)])
    try:
        sipgate = Simulator(
            host=host,
            port=port,
            latency=latency,
            token_life=token_life,
            allow_remote=allow_remote,
            tls=tls,
            file=file,
            on_request=lambda record: output.write(_request_line(record)),
        )
        sipgate.switches.require_all_fields = require_all_fields
        sipgate.start()
    except ValueError as error:
        raise click.UsageError(f"{error} --allow-remote permits it.") from None
    except StorageError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        reason = error.strerror or error
        raise click.ClickException(f"Cannot listen on {host}, port {port}: {reason}.") from None
    try:
        with _ca_file(sipgate.ca_pem if tls else None) as ca_file:
            output.write(_greeting(sipgate, ca_file, file))
            signal.sigwait(end_signals)
            output.end_within(_END_SECONDS)
    finally:
        sipgate.stop()
    output.write("The simulator has ended.")
    output.close()


class _Log(logging.Handler):
    """Shows the server's warnings between the requests."""

    def __init__(self, output: _Output) -> None:
        super().__init__(logging.WARNING)
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        """Shows a warning."""
        self._output.write(self.format(record))


class _Output:
    """Writes lines in order, in a thread of its own.

    If a terminal is stopped, or nobody reads a pipe, only this thread waits. Responses and the end of the process do
    not.
    """

    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue(_MOST_LINES)
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Queues a text; drops it if too many are waiting."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(text)

    def close(self) -> None:
        """Waits until everything is written."""
        self._lines.put(None)
        self._thread.join()

    @staticmethod
    def end_within(seconds: float) -> None:
        """Ends the process after this time, even if the output is blocked."""
        timer = threading.Timer(seconds, os._exit, (0,))
        timer.daemon = True
        timer.start()

    def _run(self) -> None:
        while (text := self._lines.get()) is not None:
            encoding = sys.stdout.encoding or "utf-8"
            # The simulator keeps running if the reader of its output has left (`| head`).
            with contextlib.suppress(OSError):
                click.echo(text.encode(encoding, "backslashreplace").decode(encoding))


@contextlib.contextmanager
def _ca_file(ca_pem: bytes | None) -> Iterator[str | None]:
    """Writes the certificate to trust to a file that exists during the block; None without TLS."""
    if ca_pem is None:
        yield None
        return
    with tempfile.NamedTemporaryFile(prefix="sipgate-simulator-", suffix=".pem") as file:
        file.write(ca_pem)
        file.flush()
        yield file.name


def _greeting(sipgate: Simulator, ca_file: str | None, file: str | None) -> str:
    from sipgate_provider.simulator import (  # noqa: PLC0415
        DEMO_PASSWORD,
        DEMO_TOKEN,
        DEMO_TOKEN_ID,
        DEMO_USERNAME,
    )

    # In that terminal, requests trusts this authority instead of all others.
    trust = f"\n  export REQUESTS_CA_BUNDLE={ca_file}" if ca_file else ""
    fate = f"kept in {file}" if file else "gone then"
    return f"""\
A simulated sipgate listens on {sipgate.base_url}

Paste this into the terminal in which you run pulumi:

  export SIPGATE_BASE_URL={sipgate.base_url}
  export SIPGATE_TOKEN_ID={DEMO_TOKEN_ID}
  export SIPGATE_TOKEN={DEMO_TOKEN}{trust}

Log-in with a password: {DEMO_USERNAME}, {DEMO_PASSWORD}
  at {sipgate.token_url}

In a browser: {sipgate.page_url}

Ctrl-C ends it, and what was created here is {fate}.
"""


def _request_line(record: RequestRecord) -> str:
    answer = "no answer"
    if record.status is not None and record.milliseconds is not None:
        answer = f"{record.status} {record.milliseconds:.0f} ms"
    path = (
        record.path
        if len(record.path) <= _MOST_CHARACTERS
        else record.path[:_MOST_CHARACTERS] + "..."
    )
    reason = f": {record.reason}" if record.reason else ""
    return f"{record.time.astimezone():%H:%M:%S} {record.method} {path} {answer}{reason}"
