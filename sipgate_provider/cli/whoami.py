"""`whoami`: which credential `pulumi up` would use, whose it is, and what sipgate lets it do."""

from __future__ import annotations

import click

from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.cli.terminal import show_fields, show_json

_KINDS = {
    "PersonalAccessToken": "personal access token",
    "AccessToken": "access token",
    "Password": "user name and password",
    "RefreshToken": "refresh token",
}


@click.command("whoami", short_help="Show which credential is used, and what it may do.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@OPTIONS
def command(session: Session, as_json: bool) -> None:
    """Show which credential `pulumi up` would use, where it comes from, whose it is, and what it may do.

    The command never shows the credential itself. The user's name is the one that `login` prints; for a personal access
    token, it is sipgate's id of the user. The command asks sipgate for the user, the account's number and its clients,
    and tries to delete a client that cannot exist, so nothing changes. The exit code is 0 only if the credential may
    read and write clients.
    """
    from sipgate_provider.cli.access import probe_access  # noqa: PLC0415

    settings = session.settings
    access = probe_access(session.api)
    user = session.api.username() if access.accepted else ""
    kind = _KINDS[type(settings.credential).__name__]
    name = getattr(settings.credential, "token_id", None) or getattr(
        settings.credential, "username", None
    )
    if as_json:
        document = {
            "credential": kind,
            "name": name,
            "source": settings.source,
            "baseUrl": settings.base_url,
            "user": user or None,
            "accountNumber": access.account_number,
            "accepted": access.accepted,
            "scopes": {"read": access.read, "write": access.write},
        }
        show_json(document)
    else:
        fields = [
            ("Credential", f"{kind}{f' {name}' if name else ''}"),
            ("From", settings.source),
            ("At", settings.base_url),
            ("Accepted", "yes" if access.accepted else f"no. {access.problem}"),
        ]
        if access.accepted:
            fields[3:3] = [
                ("User", user or "sipgate does not tell the name"),
                ("Account", access.account_number or "sipgate does not tell its number"),
            ]
            missing = "no; the credential needs it, and its user a role that may manage clients"
            for scope, granted in (("read", access.read), ("write", access.write)):
                reason = access.refusals.get(scope)
                answer = f"{missing} (sipgate: {reason!r})" if reason else missing
                fields.append(
                    (
                        "Scope",
                        f"authorization:oauth2:clients:{scope}: {'yes' if granted else answer}",
                    )
                )
        show_fields(fields)
    if not (access.read and access.write):
        raise click.exceptions.Exit(1)
