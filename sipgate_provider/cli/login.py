"""`login`: logs in with the browser and keeps a refresh token for `pulumi up`."""

from __future__ import annotations

import webbrowser

import click

from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.errors import ConfigurationError


@click.command("login", short_help="Log in with the browser, for `pulumi up` to use.")
@click.option(
    "--client-id", metavar="ID", help="The client to log in through; by default sipgate:clientId."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Where on loopback the browser comes back to; by default any free port.",
)
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@OPTIONS
def command(session: Session, client_id: str | None, port: int, no_browser: bool) -> None:
    """Log in with the browser, and keep a refresh token in your own directory for `pulumi up`.

    It is used where the settings name no other credential, and renewed at every use; it ends when it is not used for
    30 days. A client to log in through is needed, whose redirect URIs hold http://127.0.0.1/callback (or, with
    --port, http://127.0.0.1:PORT/callback). If it has a secret that must be sent, give it as sipgate:clientSecret or
    SIPGATE_CLIENT_SECRET.
    """
    from sipgate_provider.authorization import Login, log_in  # noqa: PLC0415
    from sipgate_provider.kept import KeptFile, login_file  # noqa: PLC0415

    through, client_secret, token_url = session.log_in_through(client_id)
    if not through:
        raise ConfigurationError(
            "There is no client to log in through; name one with --client-id, or set sipgate:clientId "
            "(SIPGATE_CLIENT_ID)."
        )
    path = login_file(session.account)
    kept = KeptFile(path)
    with kept.locked():
        # Found out before the user logs in for nothing.
        with kept.successor():
            pass

        def show(address: str) -> None:
            if no_browser or not webbrowser.open(address):
                click.echo(f"Open this address to log in:\n\n  {address}\n", err=True)
            else:
                click.echo("Log in, in the browser that has opened …", err=True)

        refresh_token = log_in(Login(through, client_secret, token_url), show, port=port)
        kept.write(
            {
                "client_id": through,
                "client_secret": client_secret,
                "refresh_token": refresh_token,
                "token_url": token_url,
            }
        )
    click.echo(f"Logged in. The refresh token is kept in {path}.", err=True)
    source = session.settings.source
    if str(path) not in source:
        click.echo(f"Note that `pulumi up` here would use another credential: {source}.", err=True)
