"""`login`: logs in with the browser and stores a refresh token for `pulumi up`."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import click

from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.cli.terminal import remark
from sipgate_provider.errors import ConfigurationError, SipgateError

if TYPE_CHECKING:
    from sipgate_provider.auth.credentials import RefreshToken
    from sipgate_provider.auth.token_endpoint import Token

_SECONDS = 300


@click.command("login", short_help="Log in with the browser, for `pulumi up` to use.")
@click.option(
    "--client-id", metavar="ID", help="The client to log in through; by default sipgate:clientId."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="The port on loopback that the browser returns to; by default any free one.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@OPTIONS
def command(session: Session, client_id: str | None, port: int, no_browser: bool) -> None:
    """Log in with the browser, and store a refresh token in your home directory for `pulumi up`.

    `pulumi up` uses the token if the settings name no other credential, and renews it with every use. The token ends
    after 30 days without use, with `logout`, and with the next `login`. You need a client to log in through, whose
    redirect URIs contain http://127.0.0.1/callback (or, with --port, http://127.0.0.1:PORT/callback). If its secret
    is required, set sipgate:clientSecret or SIPGATE_CLIENT_SECRET.

    The command always prints the address. Without a display it opens no browser: use one on another machine, with the
    port forwarded to this one (`ssh -L PORT:127.0.0.1:PORT`, and --port).
    """
    from sipgate_provider.auth.browser_login import Login, log_in  # noqa: PLC0415
    from sipgate_provider.auth.token_store import TokenFile, login_path, stored_login  # noqa: PLC0415
    from sipgate_provider.scrubbing import one_line  # noqa: PLC0415

    through, client_secret, token_url = session.log_in_through(client_id)
    if not through:
        raise ConfigurationError(
            "There is no client to log in through; name one with --client-id, or set "
            f"{session.names.both('clientId')}."
        )
    path = login_path(session.account)
    file = TokenFile(path)
    # Checks the file before the user logs in, without blocking the former log-in for `pulumi up` meanwhile.
    with file.locked(), file.replacement():
        pass

    former = None

    def show(address: str) -> None:
        opened = not no_browser and _open_in_background(address)
        also = ", which the browser was told to open" if opened else ""
        remark(f"Log in at this address{also}:\n\n  {address}\n")
        if not sys.stderr.isatty():
            remark(f"Waiting up to {_SECONDS} s for the log-in in the browser.")

    def keep(token: Token) -> None:
        nonlocal former
        with file.locked():
            with contextlib.suppress(ConfigurationError):
                former = stored_login(session.account)
            file.write(
                {
                    "client_id": through,
                    "client_secret": client_secret,
                    "refresh_token": token.refresh_token or "",
                    "token_url": token_url,
                    "session": token.session,
                }
            )

    token = log_in(
        Login(through, client_secret, token_url, session.names),
        show,
        keep,
        port=port,
        seconds=_SECONDS,
        show_seconds_left=_count_down,
    )
    who = f" as {one_line(token.username)}" if token.username else ""
    remark(
        f"Logged in{who} through the client {one_line(through)}. The refresh token is stored in {path}."
    )
    # A browser that is still logged in continues its session, so ending the former one would end this one.
    if former is not None and former.session != token.session:
        _end(former)
    source = session.settings.source
    if str(path) not in source:
        remark(f"Note that `pulumi up` here would use another credential: {source}.")


def _end(former: RefreshToken) -> None:
    from sipgate_provider.auth.token_endpoint import end_log_in  # noqa: PLC0415

    try:
        end_log_in(former)
    except SipgateError as error:
        remark(f"{error} The former log-in ends unused within 30 days.")


def _open_in_background(address: str) -> bool:
    """Asks a browser to open the address, without waiting for it; returns whether it was asked.

    A text browser would take over the terminal, or block the command that waits for it. So a browser is opened only if
    there is a display or the user has set BROWSER, and it gets no terminal.
    """
    if sys.platform not in {"darwin", "win32"} and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    ):
        return False
    try:
        # Isolated, so that it imports no module from the current folder.
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-m", "webbrowser", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True


def _count_down(left: int) -> None:
    """Shows on a terminal how much time is left for the log-in in the browser; nothing once it is over."""
    if sys.stderr.isatty():
        text = f"Waiting for the log-in in the browser, {left // 60}:{left % 60:02} left … "
        click.echo(f"\r\x1b[K{text if left else ''}", nl=False, err=True)
