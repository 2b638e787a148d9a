"""`logout`: ends the log-in of `login`."""

from __future__ import annotations

import click

from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.cli.terminal import remark
from sipgate_provider.errors import SipgateError


@click.command("logout", short_help="End what login began.")
@OPTIONS
def command(session: Session) -> None:
    """End the log-in at sipgate, and remove the refresh token that `login` has stored."""
    from sipgate_provider.auth.token_endpoint import end_log_in  # noqa: PLC0415
    from sipgate_provider.auth.token_store import TokenFile, login_path, stored_login  # noqa: PLC0415

    file = TokenFile(login_path(session.account))
    with file.locked():
        try:
            login = stored_login(session.account)
            if login is not None:
                end_log_in(login)
        except SipgateError as error:
            remark(f"{error} The log-in at sipgate was not ended; it ends unused within 30 days.")
        removed = file.remove()
    remark("Logged out." if removed else "Nobody was logged in.")
