"""`simulator`: a sipgate on this machine, to try the provider against."""

from __future__ import annotations

import contextlib
import signal
import tempfile
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sipgate_provider.simulator import RequestRecord, Simulator

# SIP's own port with a 1 in front. It is always the same, so exported variables outlive a restart,
# and it is none of those that web servers quarrel over (8000, 8080). Below 32768 Linux does not
# give it to an outgoing connection.
PORT = 15060

EXTRA = "pip install 'sipgate-provider[simulator]'"


@click.command("simulator", short_help="Run a sipgate on this machine, to try things.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port to listen on; 0 takes any free one.",
)
@click.option(
    "--latency",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait this long before every answer.",
)
@click.option(
    "--token-life",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="How long an access token is valid.",
)
@click.option(
    "--allow-remote",
    is_flag=True,
    help="Permit a --host that other machines can reach. Everyone knows the credentials.",
)
@click.option(
    "--tls",
    is_flag=True,
    help="Speak HTTPS, with a certificate by an authority of its own.",
)
@click.option(
    "--file",
    type=click.Path(dir_okay=False),
    metavar="PATH",
    help="Keep clients and credentials in this file; it is made if it is not there.",
)
def command(
    host: str,
    port: int,
    latency: float,
    token_life: float,
    allow_remote: bool,
    tls: bool,
    file: str | None,
) -> None:
    """Run a sipgate on this machine, to try the provider against.

    It answers the calls about OAuth clients as sipgate's API does, with an account of its own
    that starts empty and is gone when it ends, unless --file keeps it. No sipgate account is
    needed, and nothing leaves this machine.

    Start it in one terminal. It prints three lines to paste into another, where you run pulumi:
    they set SIPGATE_BASE_URL, SIPGATE_TOKEN_ID and SIPGATE_TOKEN, by which the provider finds it.
    With --tls there is a fourth, REQUESTS_CA_BUNDLE, which names the certificate to trust.
    Every request is shown as it comes in. Ctrl-C ends it.

    A browser shows clients and requests at the address that it prints. To see what a program
    does when sipgate fails, order a fault, here for the next request:

    \b
      curl --json '{"kind": "answer", "status": 503}' \\
        http://127.0.0.1:15060/_simulator/faults

    GET and DELETE of the same path show the faults and end them. The kinds are answer, reset,
    truncate, delay and stall; "method", "path" and "times" say which requests meet one.
    PATCH /_simulator/switches alters every answer; GET /_simulator/requests counts. All of it is
    described in the module sipgate_provider.simulator.control.
    """  # noqa: D301 - click wants the character itself to leave a paragraph as it is
    # Blocked before the server's thread begins, so that the thread inherits it: both signals then
    # wait for sigwait, and neither can strike in the middle of starting or stopping.
    endings = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)
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
    try:
        sipgate = Simulator(
            host=host,
            port=port,
            latency=latency,
            token_life=token_life,
            allow_remote=allow_remote,
            tls=tls,
            file=file,
            on_request=_show,
        ).start()
    except ValueError as error:
        raise click.UsageError(f"{error} --allow-remote permits it.") from None
    except StorageError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        reason = error.strerror or error
        raise click.ClickException(f"Cannot listen on {host}, port {port}: {reason}.") from None
    try:
        with _ca_file(sipgate.ca_pem if tls else None) as ca_file:
            _greet(sipgate, ca_file, file)
            signal.sigwait(endings)
    finally:
        sipgate.stop()
    click.echo("The simulator has ended.")


@contextlib.contextmanager
def _ca_file(ca_pem: bytes | None) -> Iterator[str | None]:
    """A file with the certificate to trust, for as long as it is of use; None without TLS."""
    if ca_pem is None:
        yield None
        return
    with tempfile.NamedTemporaryFile(prefix="sipgate-simulator-", suffix=".pem") as file:
        file.write(ca_pem)
        file.flush()
        yield file.name


def _greet(sipgate: Simulator, ca_file: str | None, file: str | None) -> None:
    from sipgate_provider.simulator import (  # noqa: PLC0415
        DEMO_PASSWORD,
        DEMO_TOKEN,
        DEMO_TOKEN_ID,
        DEMO_USERNAME,
    )

    # requests trusts this authority in place of all others, in that terminal only.
    trust = f"\n  export REQUESTS_CA_BUNDLE={ca_file}" if ca_file else ""
    fate = f"kept in {file}" if file else "gone then"
    click.echo(f"""\
A simulated sipgate listens on {sipgate.base_url}

Paste this into the terminal in which you run pulumi:

  export SIPGATE_BASE_URL={sipgate.base_url}
  export SIPGATE_TOKEN_ID={DEMO_TOKEN_ID}
  export SIPGATE_TOKEN={DEMO_TOKEN}{trust}

Log-in with a password: {DEMO_USERNAME}, {DEMO_PASSWORD}
  at {sipgate.token_url}

In a browser: {sipgate.page_url}

Ctrl-C ends it, and what was created here is {fate}.
""")


def _show(record: RequestRecord) -> None:
    answer = "no answer"
    if record.status is not None and record.milliseconds is not None:
        answer = f"{record.status} {record.milliseconds:.0f} ms"
    # A reader that has left (`| head`) is no reason to stop answering.
    with contextlib.suppress(BrokenPipeError):
        click.echo(f"{record.time.astimezone():%H:%M:%S} {record.method} {record.path} {answer}")
