"""`simulator`: runs a simulated sipgate on this machine."""

from __future__ import annotations

import contextlib
import math
import signal
import tempfile
from typing import TYPE_CHECKING, Any

import click

from sipgate_provider.installation import installing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sipgate_provider.simulator import RequestRecord, Simulator

# SIP's own port with a 1 in front. It is always the same, so exported variables stay valid after a restart. Web servers
# do not usually use it, unlike 8000 and 8080. Linux gives no port below 32768 to an outgoing connection.
PORT = 15060

_A_DAY = 86_400

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
    help="Address to listen on.",
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
    help="Refuse a client without privacyUrl or termsUrl with 500, as in sipgate's REST description.",
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
    help="Keep clients and credentials in this JSON file; it is created if it does not exist. Only you may read it.",
)
@click.option(
    "--seed",
    type=click.Path(dir_okay=False),
    metavar="PATH",
    help="Add the clients from this file, which is the output of `sipgate-provider clients --json`.",
)
@click.option(
    "--scopes",
    metavar="SCOPES",
    help="Scopes of the demo credentials, such as authorization:oauth2:clients:read. The default is all scopes.",
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
    seed: str | None,
    scopes: str | None,
) -> None:
    """Run a simulated sipgate on this machine.

    It implements sipgate's API for OAuth clients. Its account starts empty and is lost when the simulator stops, unless
    --file keeps it. You need no sipgate account, and nothing leaves this machine.

    Start it in one terminal. It prints three lines to paste into another terminal, where you run pulumi. They set
    SIPGATE_BASE_URL, SIPGATE_TOKEN_ID and SIPGATE_TOKEN, for the provider. With --tls, a fourth line sets
    REQUESTS_CA_BUNDLE to the certificate to trust. The simulator prints every request, and the reason if it refuses
    one. Press Ctrl-C to stop it.

    Open the address that it prints in a browser to see clients and requests. To test how a program handles failures of
    sipgate, add a fault. This one affects the next request:

    \b
      curl http://127.0.0.1:15060/_simulator/faults \\
        --json '{"kind": "answer", "status": 503}'

    GET lists the faults, and DELETE removes them. The kinds are answer, reset, truncate, delay and stall; "method",
    "path" and "times" select the requests. PATCH /_simulator/switches changes all responses, and GET
    /_simulator/requests lists the requests. The manual's page about the simulator describes the details.
    """  # noqa: D301 - click needs the backspace character to keep the lines of a paragraph
    # Both signals are blocked before the server's thread starts, so that it inherits the block. They then wait for
    # sigwait, and cannot interrupt starting or stopping.
    end_signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, end_signals)
    try:
        from sipgate_provider.simulator import (  # noqa: PLC0415
            ALL,
            READ,
            WRITE,
            Account,
            Simulator,
            StorageError,
        )
        from sipgate_provider.simulator.accounts.storage import read_clients  # noqa: PLC0415
        from sipgate_provider.simulator.scopes import are_known  # noqa: PLC0415
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
        raise click.ClickException(
            f"The simulator needs {error.name}. Install it: {installing(extra='simulator')}"
        ) from None
    if scopes is not None and not are_known(" ".join(scopes.split())):
        raise click.BadParameter(f"Use {ALL}, {READ} or {WRITE}.", param_hint="--scopes")
    account = Account.demo(*(scopes or ALL).split())
    try:
        sipgate = Simulator(
            account,
            host=host,
            port=port,
            latency=latency,
            token_life=token_life,
            allow_remote=allow_remote,
            tls=tls,
            file=file,
            on_request=_show,
        )
    except ValueError as error:
        raise click.UsageError(f"{error} --allow-remote allows it.") from None
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {host}: {error.strerror}.") from None
    sipgate.switches.require_all_fields = require_all_fields
    try:
        for client in read_clients(seed) if seed else ():
            account.add_client(**client)
        sipgate.start()
    except StorageError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(
            f"Cannot listen on {host}, port {port}: {error.strerror}."
        ) from None
    try:
        with _ca_file(sipgate.ca_pem if tls else None) as ca_file:
            click.echo(_greeting(sipgate, ca_file, file))
            signal.sigwait(end_signals)
    finally:
        sipgate.stop()
    click.echo("The simulator has stopped.")


def _show(record: RequestRecord) -> None:
    # The simulator keeps running if the program that reads its output has exited (`| head`).
    with contextlib.suppress(OSError):
        click.echo(_request_line(record))


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

    # In that terminal, the requests library then trusts this authority instead of all others.
    trust = f"\n  export REQUESTS_CA_BUNDLE={ca_file}" if ca_file else ""
    fate = f"kept in {file}" if file else "then lost"
    return f"""\
The simulated sipgate is listening on {sipgate.base_url}

Paste this into the terminal in which you run pulumi:

  export SIPGATE_BASE_URL={sipgate.base_url}
  export SIPGATE_TOKEN_ID={DEMO_TOKEN_ID}
  export SIPGATE_TOKEN={DEMO_TOKEN}{trust}

User name and password: {DEMO_USERNAME}, {DEMO_PASSWORD}
  at {sipgate.token_url}

In a browser: {sipgate.page_url}

Press Ctrl-C to stop it. Everything created here is {fate}.
"""


def _request_line(record: RequestRecord) -> str:
    answer = "no response"
    if record.status is not None and record.milliseconds is not None:
        answer = f"{record.status} {record.milliseconds:.0f} ms"
    path = (
        record.path
        if len(record.path) <= _MOST_CHARACTERS
        else record.path[:_MOST_CHARACTERS] + "..."
    )
    reason = f": {record.reason}" if record.reason else ""
    return f"{record.time.astimezone():%H:%M:%S} {record.method} {path} {answer}{reason}"
