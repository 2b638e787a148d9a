"""All checks of `doctor`: the machine, the project, the credential, sipgate.

A check that depends on an earlier one is left out if that one fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sipgate_provider.cli.diagnosis import Diagnosis
from sipgate_provider.cli.environment import program_environment
from sipgate_provider.cli.machine import command_line, own_connections, sdk
from sipgate_provider.cli.ownership import several
from sipgate_provider.cli.session import Session
from sipgate_provider.errors import SipgateError
from sipgate_provider.scrubbing import shell_word
from sipgate_provider.settings.sources import (
    ADDRESSES,
    KEYS,
    SECRET_KEYS,
    environment_variable,
    namespace,
)

__all__ = ["diagnoses"]


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
        key.partition(":")[2]: entry
        for key, entry in entries.items()
        if key.partition(":")[0] == prefix
    }
    # An address is no usable setting of a stack, and the credential's check says so.
    known_keys = {*KEYS, *ADDRESSES}
    unknown = sorted(own.keys() - known_keys)
    unencrypted = sorted(
        key
        for key, entry in entries.items()
        if _is_secret_key(key) and "value" in entry and not entry.get("secret")
    )
    for key in unknown:
        near = next((known for known in KEYS if known.lower() == key.lower()), None)
        yield Diagnosis(
            "stack",
            "doubtful",
            f"{prefix}:{key} is not a key of this provider.",
            f"Perhaps {prefix}:{near} is meant." if near else f"Known are {', '.join(KEYS)}.",
        )
    for key in unencrypted:
        yield Diagnosis(
            "stack",
            "doubtful",
            f"{key} is stored unencrypted in the stack's file, and in its state after `pulumi up`.",
            f"`pulumi config set --secret {shell_word(key)}`, and a new one from sipgate if either was shared.",
        )
    stored: dict[str, str] = {}
    try:
        stored = session.stack.stored_configuration()
    except SipgateError as error:
        yield Diagnosis(
            "stack",
            "bad",
            f"Its state cannot be read: {error}",
            "See that its passphrase or key can be had.",
        )
    current = {f"{prefix}:{key}": str(own[key].get("value")) for key in known_keys & own.keys()}
    previous = {
        full: stored[full] for full in (f"{prefix}:{key}" for key in known_keys) if full in stored
    }
    # Keys that are only in the state count as well: a refresh prefers them to the environment.
    changed = sorted(
        key for key in {*current, *previous} if previous and previous.get(key) != current.get(key)
    )
    if changed:
        yield Diagnosis(
            "stack",
            "doubtful",
            f"The state holds another {', '.join(changed)} than the configuration.",
            "`pulumi refresh` and `pulumi destroy` use the state's: run `pulumi up` first, or add `--run-program`.",
        )
    if not unknown and not unencrypted and not changed:
        keys = ", ".join(f"{prefix}:{key}" for key in sorted(own)) or "none of this provider's keys"
        yield Diagnosis("stack", "good", f"Its configuration has {keys}.")


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
        yield Diagnosis(
            "sipgate",
            "bad",
            f"{base_url} cannot be used: {error}",
            "Check the network, HTTPS_PROXY and NO_PROXY, REQUESTS_CA_BUNDLE, and "
            f"{environment_variable(session.account, 'baseUrl')}.",
        )
        return
    yield Diagnosis("sipgate", "good", f"{base_url} answers.")
    if not access.accepted:
        yield Diagnosis(
            "credential",
            "bad",
            access.problem,
            "Make a new token at sipgate, or log in again with `sipgate-provider login`.",
        )
        return
    for scope, granted, need in (
        ("read", access.read, "refresh, import, lookups and finding lost clients again"),
        ("write", access.write, "creating, changing and deleting clients"),
    ):
        name = f"authorization:oauth2:clients:{scope}"
        if granted:
            yield Diagnosis("scope", "good", f"{name} is there.")
        else:
            yield Diagnosis(
                "scope",
                "bad",
                f"{name} is missing.",
                f"It is needed for {need}: make a token that has it, for a user who may manage clients.",
            )
