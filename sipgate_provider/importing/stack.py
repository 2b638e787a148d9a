"""Reads stacks, through Pulumi's Automation API.

`pulumi.automation` finds the command line, runs it and lists the stacks. Its `get_all_config` and
`export_stack` are not used. They need a stack's name, so the selected stack would take one more run of Pulumi and one
more request to the backend. And `export_stack` decrypts every secret, but stacks that are only searched may have a
passphrase that the user does not know. So this module reads configuration and state with the API's `PulumiCommand`, and
parses their JSON. Nothing here writes a secret to a file, an argument or a variable.
"""

from __future__ import annotations

import contextlib
import functools
import json
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pulumi.automation import CommandError, LocalWorkspace, PulumiCommand
from pydantic import ValidationError

from sipgate_provider import type_tokens as tokens
from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.clients.owner import Owner
from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.http.waits import announced
from sipgate_provider.setting_names import namespace

__all__ = ["Manager", "Managers", "Resource", "Stack", "pulumi_missing"]

_DYNAMIC_PROVIDER = "pulumi:providers:pulumi-python"
_NATIVE_PROVIDER = "pulumi:providers:sipgate"
_STACKS_AT_ONCE = 4


class Manager(NamedTuple):
    """A resource that manages a client.

    Attributes:
        resource: The resource's name.
        stack: The stack, as Pulumi names it.
        urn: The resource's URN.
    """

    resource: str
    stack: str
    urn: str


@dataclass(frozen=True)
class Managers:
    """The managers of clients, in the stacks that the backend shows.

    Attributes:
        by_client: The managers of each client, by client id, those of the selected stack first. There should be one.
        stacks: The stacks that were searched.
        unreadable: The stacks that could not be read.
    """

    by_client: Mapping[str, list[Manager]]
    stacks: frozenset[Owner]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resource:
    """A client in a stack's state.

    Attributes:
        urn: The resource's URN.
        client_id: The client's id.
        native: Whether the native plugin serves it.
        account: The named account that it belongs to; None for the usual one.
        external: Whether the stack only reads it, through `OAuthClient.get`.
        protected: Whether Pulumi refuses to delete it.
        declared: Whether a program has declared it in a `pulumi up`; not if it was imported since.
        leaving: Whether it was replaced, and the next `pulumi up` deletes the client.
        inputs: What the program declared last.
    """

    urn: str
    client_id: str
    native: bool
    account: str | None
    external: bool
    protected: bool
    declared: bool
    leaving: bool
    inputs: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.urn.split("::", 3)[3]

    def declarable(self) -> OAuthClientState | None:
        """The client as declared last; None if only the user's program can declare it.

        That is a resource inside a component or with a secret property, or one that is leaving.
        """
        if self.leaving or "$" in self.urn.split("::", 3)[2]:
            return None
        inputs = {name: self.inputs.get(name) for name in WRITABLE}
        try:
            return OAuthClientState.from_response({**inputs, "clientId": self.client_id})
        except ValidationError:
            return None


@dataclass(frozen=True)
class Stack:
    """A stack of the project in `folder`; without a name, the selected one."""

    folder: Path
    name: str | None = None

    def entries(self) -> dict[str, dict[str, Any]]:
        """The stack's configuration by key, each with its decrypted `value` and whether it is stored as a `secret`.

        Raises:
            SipgateError: There is no such stack, or its secrets cannot be decrypted; Pulumi's message says why.
        """
        entries: dict[str, dict[str, Any]] = json.loads(
            self._run("config", "--json", "--show-secrets")
        )
        return entries

    def configuration(self) -> dict[str, str]:
        """The stack's configuration by keys such as `sipgate:token`, with secrets decrypted.

        Raises:
            SipgateError: As `entries`.
        """
        return {
            key: str(entry["value"]) for key, entry in self.entries().items() if "value" in entry
        }

    def stored_configuration(self, account: str | None) -> dict[str, str] | None:
        """The account's configuration of the last `pulumi up`, as the engine has stored it; None before the first.

        `pulumi refresh` and `pulumi destroy` use it, unless they run the program. The settings of a provider resource
        that the program declares are its own, and not the configuration's.

        Raises:
            SipgateError: As `entries`.
        """
        stored: dict[str, str] | None = None
        for resource in self._state("--show-secrets"):
            name = resource["urn"].rpartition("::")[2]
            # With the native plugin, a named account has a provider of its own.
            is_default = name == "default" or name.startswith("default_")
            if resource["type"] == _DYNAMIC_PROVIDER:
                used = is_default
            else:
                used = resource["type"] == _NATIVE_PROVIDER and (
                    name == namespace(account) if account else is_default
                )
            if used and not resource.get("delete"):
                stored = stored or {}
                for key, value in (resource.get("inputs") or {}).items():
                    full = key if ":" in key else f"{namespace(account)}:{key}"
                    stored[full] = (
                        str(json.loads(value["plaintext"]))
                        if isinstance(value, dict) and "plaintext" in value
                        else str(value)
                    )
        return stored

    def resources(self) -> list[Resource]:
        """The clients in the stack's state.

        Raises:
            SipgateError: There is no such stack, or its state cannot be read; Pulumi's message says why.
        """
        state = self._state()
        accounts = {
            f"{one['urn']}::{one.get('id')}": (one.get("inputs") or {}).get("account")
            for one in state
            if one["type"] == _NATIVE_PROVIDER
        }
        return [
            Resource(
                urn=one["urn"],
                client_id=one["id"],
                native=one["type"] == tokens.NATIVE,
                account=(one.get("inputs") or {}).get("account")
                or accounts.get(one.get("provider") or "")
                or None,
                external=bool(one.get("external")),
                protected=bool(one.get("protect")),
                # An import leaves it empty.
                declared=bool(one.get("sourcePosition")),
                leaving=bool(one.get("delete")),
                inputs=one.get("inputs") or {},
            )
            for one in state
            if one["type"] in {tokens.DYNAMIC, tokens.NATIVE} and one.get("id")
        ]

    def provider_of(self, account: str) -> str | None:
        """The URN of the native plugin's provider resource for a named account; None if the state has none."""
        for one in self._state():
            if (
                one["type"] == _NATIVE_PROVIDER
                and (one.get("inputs") or {}).get("account") == account
            ):
                return str(one["urn"])
        return None

    def managers(self, project: str | None, *, everywhere: bool = False) -> Managers:
        """The managers of clients, in all stacks of the project or of the whole backend.

        Args:
            project: The project's name, which Pulumi leaves out in the names of the project's stacks; None outside of
                a project.
            everywhere: Whether to search the stacks of all projects.

        Raises:
            SipgateError: The stacks cannot be listed; Pulumi's message says why.
        """
        with _running("stack", "ls"):
            listed = LocalWorkspace(
                work_dir=str(self.folder), pulumi_command=_command_line()
            ).list_stacks(include_all=everywhere)
        selected = {one.name for one in listed if one.name == self.name or one.current}
        names = sorted((one.name for one in listed), key=lambda name: name not in selected)
        empty = {one.name for one in listed if one.resource_count == 0}
        by_client: dict[str, list[Manager]] = {}
        stacks: set[Owner] = set()
        unreadable = []
        with ThreadPoolExecutor(_STACKS_AT_ONCE) as threads:
            found = threads.map(lambda name: [] if name in empty else self._managed_by(name), names)
            for name, managed in zip(names, found, strict=True):
                if managed is None:
                    unreadable.append(name)
                    continue
                stacks.add(_owner(name, project))
                for resource in managed:
                    by_client.setdefault(resource.client_id, []).append(
                        Manager(resource.name, name, resource.urn)
                    )
        return Managers(by_client, frozenset(stacks), tuple(sorted(unreadable)))

    def _managed_by(self, name: str) -> list[Resource] | None:
        """The clients that a stack manages; None where it cannot be read."""
        try:
            return [one for one in Stack(self.folder, name).resources() if not one.external]
        except SipgateError:
            return None

    def _state(self, *options: str) -> list[dict[str, Any]]:
        document = json.loads(self._run("stack", "export", *options))
        return document.get("deployment", {}).get("resources") or []

    def _run(self, *arguments: str) -> str:
        stack = ("--stack", self.name) if self.name else ()
        with _running(*arguments):
            return (
                _command_line()
                .run([*arguments, *stack, "--color=never"], str(self.folder), {})
                .stdout
            )


def pulumi_missing() -> ConfigurationError:
    """The error that there is no `pulumi`."""
    return ConfigurationError(
        "The `pulumi` command is not on PATH; install it as https://www.pulumi.com/docs/install/ says."
    )


@functools.cache
def _command_line() -> PulumiCommand:
    """Pulumi's command line, found once, since the API asks for its version; every version has what is used here."""
    return PulumiCommand(skip_version_check=True)


@contextlib.contextmanager
def _running(*arguments: str) -> Iterator[None]:
    """Announces a long run of `pulumi` in the block, and raises a SipgateError with Pulumi's own words."""
    command = f"`pulumi {' '.join(arguments[:2])}`"
    try:
        with announced(f"{command} has not finished"):
            yield
    except FileNotFoundError:
        raise pulumi_missing() from None
    except subprocess.CalledProcessError as error:
        raise ConfigurationError(
            f"The `pulumi` command on PATH does not work: `pulumi version` ended with {error.returncode}."
        ) from None
    except CommandError as error:
        # The exception has the output in its text only.
        message = str(error).partition("\n stderr: ")[2].strip()
        raise SipgateError(f"{command} failed.\n{message}") from None


def _owner(name: str, project: str | None) -> Owner:
    """The stack with a name such as `dev`, `organization/dev` or `organization/project/dev`."""
    *before, stack = name.split("/")
    return Owner(before[1] if len(before) > 1 else project or "", stack)
