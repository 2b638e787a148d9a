"""`verify`: whether the log-in takes a client's redirect URIs and origins."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from sipgate_provider.cli.session import OPTIONS, Session, is_id
from sipgate_provider.cli.terminal import show_json, show_rows, working
from sipgate_provider.errors import ConfigurationError

if TYPE_CHECKING:
    from sipgate_provider.auth.browser_login import Login
    from sipgate_provider.auth.verification import Verdict

_HEADINGS = ("What", "Registered", "Asked about", "Works", "Why")
_WORKS = {True: "yes", False: "no", None: "unknown"}


class _Question(NamedTuple):
    kind: str
    registered: str
    asked: str


@click.command("verify", short_help="Check whether log-ins through a client work.")
@click.argument("client", metavar="CLIENT_ID|NAME")
@click.option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    metavar="URI",
    help="Check this address; can be repeated.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Check pages of this origin; can be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@OPTIONS
def command(
    session: Session,
    client: str,
    redirect_uris: tuple[str, ...],
    origins: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check whether a log-in may end at a client's redirect URIs, and whether pages of its origins may get tokens.

    \b
      sipgate-provider verify "CRM integration"
      sipgate-provider verify <clientId> --redirect-uri https://crm.example.com/callback

    The command asks sipgate's log-in server: the authorization endpoint about each redirect URI, and the token endpoint
    about each origin. For a wildcard it makes up an address that should match. Nobody has to log in, and nothing
    changes.

    Without --redirect-uri and --origin, the command reads the client from the account. With either, it checks only
    those addresses, and a client named by its id needs no credential. If the token endpoint requires the client's
    secret, it comes from the account or from sipgate:clientSecret (SIPGATE_CLIENT_SECRET).

    The exit code is 0 if everything works, and 1 if something does not work or is unknown. The JSON contains
    `redirectUris` and `origins`, each a list of objects with `registered`, `asked`, `works` (null: unknown) and
    `reason`.
    """  # noqa: D301  click keeps the lines after \\b as they are
    from sipgate_provider.auth.verification import Verification  # noqa: PLC0415

    login, questions = (
        _given(session, client, redirect_uris, origins)
        if redirect_uris or origins
        else _registered(session, client)
    )
    verification = Verification(login)
    ask = {"redirect URI": verification.redirect_uri, "origin": verification.origin}
    answers = []
    for question in questions:
        with working("Asking the log-in..."):
            answers.append((question, ask[question.kind](question.asked)))
    works = all(verdict.works for _, verdict in answers)
    if as_json:
        show_json(
            {
                "clientId": login.client_id,
                "authorizationUrl": login.authorization_url,
                "tokenUrl": login.token_url,
                "works": works,
                "redirectUris": _listed(answers, "redirect URI"),
                "origins": _listed(answers, "origin"),
            }
        )
    else:
        show_rows(
            _HEADINGS,
            [(*question, _WORKS[verdict.works], verdict.reason) for question, verdict in answers],
        )
    if not works:
        raise click.exceptions.Exit(1)


def _given(
    session: Session, client: str, redirect_uris: tuple[str, ...], origins: tuple[str, ...]
) -> tuple[Login, list[_Question]]:
    """What to ask about where the addresses are on the command line."""
    from sipgate_provider.auth.browser_login import Login  # noqa: PLC0415

    login = Login(*session.log_in_through(_id_of(session, client)), session.names)
    return login, [
        *(_Question("redirect URI", "", uri) for uri in redirect_uris),
        *(_Question("origin", "", origin) for origin in origins),
    ]


def _id_of(session: Session, client: str) -> str:
    """The client's id.

    Not every id looks like sipgate's, for example not one of another Keycloak. So a text that no client of the account
    has for its name is an id. Without a credential, every text is.
    """
    if is_id(client):
        return client
    try:
        api = session.api
    except ConfigurationError:
        return client
    with working("Asking sipgate..."):
        is_name = any(one.name == client for one in api.list_clients())
    return session.client(client).client_id if is_name else client


def _registered(session: Session, client: str) -> tuple[Login, list[_Question]]:
    """What to ask about where the account has the addresses.

    Raises:
        SipgateError: The account cannot be read, or the client has no addresses.
    """
    from sipgate_provider.auth.browser_login import Login  # noqa: PLC0415
    from sipgate_provider.clients.browsers import (  # noqa: PLC0415
        concrete_origins,
        concrete_redirect_uri,
    )

    found = session.client(client)
    _, secret, token_url = session.log_in_through(found.client_id)
    questions = [
        *(
            _Question("redirect URI", uri, concrete_redirect_uri(uri))
            for uri in found.redirect_uris
        ),
        *(
            _Question("origin", entry, origin)
            for entry in found.web_origins
            for origin in concrete_origins(entry, found.redirect_uris) or [entry]
        ),
    ]
    if not questions:
        raise ConfigurationError(
            f"Client {found.client_id} has neither redirect URIs nor origins; name an address with --redirect-uri."
        )
    return Login(
        found.client_id, found.client_secret or secret, token_url, session.names
    ), questions


def _listed(answers: list[tuple[_Question, Verdict]], kind: str) -> list[dict[str, object]]:
    return [
        {
            "registered": question.registered or None,
            "asked": question.asked,
            "works": verdict.works,
            "reason": verdict.reason,
        }
        for question, verdict in answers
        if question.kind == kind
    ]
