"""All checks of `doctor`: the machine, the project, the credential, sipgate.

A check that depends on an earlier one is left out if that one fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sipgate_provider.cli.diagnosis import Diagnosis
from sipgate_provider.cli.environment import program_environment
from sipgate_provider.cli.machine import command_line, own_connections, sdk
from sipgate_provider.cli.ownership import several
from sipgate_provider.cli.session import Session
from sipgate_provider.errors import SipgateError, TransportError
from sipgate_provider.scrubbing import shell_word
from sipgate_provider.setting_names import namespace
from sipgate_provider.settings.sources import (
    ADDRESSES,
    KEYS,
    SECRET_KEYS,
    is_empty,
    is_unknown,
)

__all__ = ["diagnoses"]

_NEEDS_READ = (
    "`pulumi up` works without it, but refresh, import and lookups do not, and a client whose creation was not "
    "confirmed is not found again."
)
_NEEDS_WRITE = "Creating, changing and deleting clients needs it."


def diagnoses(session: Session) -> Iterator[Diagnosis]:
    """Runs the checks, and yields each result."""
    cli = command_line()
    yield cli
    yield sdk()
    if session.project_file is not None:
        yield from program_environment(session.project_file)
    if connections := own_connections():
        yield connections
    if cli.state != "bad" or not session.in_project:
        yield from _settings(session)


def _settings(session: Session) -> Iterator[Diagnosis]:
    if session.in_project:
        try:
            entries = session.stack.entries()
        except SipgateError as error:
            yield Diagnosis(
                "stack",
                "bad",
                f"Its configuration cannot be read: {error}",
                "Select a stack (`pulumi stack select`), and see that its passphrase or key can be had.",
            )
            return
        yield from _configuration(session, entries)
        yield from _managers(session)
    try:
        settings = session.settings
    except SipgateError as error:
        yield Diagnosis("credential", "bad", "The settings cannot be used.", str(error))
        return
    yield Diagnosis("credential", "good", f"It comes from {settings.source}.")
    yield from _sipgate(session)


def _configuration(session: Session, entries: dict[str, dict[str, Any]]) -> Iterator[Diagnosis]:
    prefix = namespace(session.account)
    own = {
        key.partition(":")[2]: str(entry.get("value", ""))
        for key, entry in entries.items()
        if key.partition(":")[0] == prefix
    }
    found = [
        *_keys(session, own),
        *_unencrypted(entries),
        *_last_run(session, prefix, own),
    ]
    yield from found
    # The check of the credential says that no stack may name an address.
    if not found and not own.keys() & set(ADDRESSES):
        keys = ", ".join(f"{prefix}:{key}" for key in sorted(own)) or "none of this provider's keys"
        yield Diagnosis("stack", "good", f"Its configuration has {keys}.")


def _keys(session: Session, own: dict[str, str]) -> Iterator[Diagnosis]:
    """Finds keys that have no effect."""
    for key, value in sorted(own.items()):
        name = session.names.key(key)
        if key not in KEYS and key not in ADDRESSES:
            near = next((known for known in KEYS if _letters(known) == _letters(key)), None)
            yield Diagnosis(
                "stack",
                "doubtful",
                is_unknown(name, session.names.key(near) if near else None),
                f"Remove it with `pulumi config rm {shell_word(name)}`. Known are "
                f"{', '.join(map(session.names.key, KEYS))}.",
            )
        elif not value:
            yield Diagnosis(
                "stack",
                "doubtful",
                is_empty(name),
                f"Set it, or remove it with `pulumi config rm {name}`.",
            )


def _letters(key: str) -> str:
    return re.sub("[-_]", "", key).lower()


def _unencrypted(entries: dict[str, dict[str, Any]]) -> Iterator[Diagnosis]:
    for key, entry in sorted(entries.items()):
        if _is_secret_key(key) and entry.get("value") and not entry.get("secret"):
            yield Diagnosis(
                "stack",
                "doubtful",
                f"{key} is stored unencrypted in the stack's file, and in its state after `pulumi up`.",
                f"`pulumi config set --secret {shell_word(key)}`, and a new one from sipgate if either was shared.",
            )


def _last_run(session: Session, prefix: str, own: dict[str, str]) -> Iterator[Diagnosis]:
    """Compares the configuration with that of the last `pulumi up`, which a refresh prefers even to the environment."""
    try:
        stored = session.stack.stored_configuration(session.account)
    except SipgateError as error:
        yield Diagnosis(
            "stack",
            "bad",
            f"Its state cannot be read: {error}",
            "See that its passphrase or key can be had.",
        )
        return
    changed = [
        session.names.key(key)
        for key in sorted({*KEYS, *ADDRESSES})
        if stored is not None and stored.get(f"{prefix}:{key}", "") != own.get(key, "")
    ]
    if changed:
        yield Diagnosis(
            "stack",
            "doubtful",
            f"The configuration differs from that of the last `pulumi up` in {', '.join(changed)}.",
            "`pulumi refresh` and `pulumi destroy` use that one: run `pulumi up` first, or add `--run-program`.",
        )


def _managers(session: Session) -> Iterator[Diagnosis]:
    """Finds clients that several resources manage, in all stacks of the backend."""
    try:
        managers = session.all_managers().by_client
    except SipgateError as error:
        yield Diagnosis(
            "managers",
            "doubtful",
            f"The stacks cannot be searched: {error}",
            "Log in to the backend (`pulumi login`).",
        )
        return
    found = [several(client_id, own) for client_id, own in managers.items()]
    for one in filter(None, found):
        yield Diagnosis("managers", "doubtful", *one)
    if not any(found):
        yield Diagnosis("managers", "good", "No client has more than one resource that manages it.")


def _is_secret_key(key: str) -> bool:
    """Whether no file should contain the key's value unencrypted, for any account."""
    prefix, _, name = key.partition(":")
    return (prefix == "sipgate" or prefix.startswith("sipgate-")) and name in SECRET_KEYS


def _sipgate(session: Session) -> Iterator[Diagnosis]:
    from sipgate_provider.cli.access import probe_access  # noqa: PLC0415

    base_url = session.settings.base_url
    try:
        access = probe_access(session.api)
    except SipgateError as error:
        variable = session.names.variable("baseUrl")
        network = "the network, HTTPS_PROXY and NO_PROXY, REQUESTS_CA_BUNDLE, and "
        yield Diagnosis(
            "sipgate",
            "bad",
            f"{base_url} cannot be used: {error}",
            f"Check {network if isinstance(error, TransportError) else ''}{variable}.",
        )
        return
    yield Diagnosis("sipgate", "good", f"{base_url} answers.")
    if not access.accepted:
        yield Diagnosis(
            "credential",
            "bad",
            access.problem,
            f"Make a new token at sipgate, or log in again with {session.names.login}.",
        )
        return
    # Without the read scope, `pulumi up` works.
    for scope, granted, need in (
        ("read", access.read, _NEEDS_READ),
        ("write", access.write, _NEEDS_WRITE),
    ):
        name = f"authorization:oauth2:clients:{scope}"
        if granted:
            yield Diagnosis("scope", "good", f"{name} is there.")
            continue
        reason = access.refusals.get(scope)
        yield Diagnosis(
            "scope",
            "doubtful" if access.write else "bad",
            f"sipgate refuses what needs {name}" + (f": {reason!r}." if reason else "."),
            f"{need} Use a credential that has this scope, of a user whose role may manage clients.",
        )
