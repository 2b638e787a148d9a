"""Reads stacks and imports clients into them, through Pulumi's own command line.

Secrets are read from `pulumi config` and passed to `pulumi import` through pipes, never as an argument or in a file.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sipgate_provider import type_tokens as tokens
from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.clients.ownership import Owner
from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.provider import host_properties
from sipgate_provider.settings.sources import namespace

__all__ = ["Clients", "Manager", "Managers", "Stack"]

# The engine's mark of a secret; the signatures are part of Pulumi's protocol.
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
# The engine's default providers, whose inputs contain the stack's configuration.
_PROVIDERS = frozenset({"pulumi:providers:pulumi-python", "pulumi:providers:sipgate"})
_SECONDS = 600
_STACKS_AT_ONCE = 4


class Clients(NamedTuple):
    """The clients of a stack, as resource names by client id.

    Attributes:
        managed: The clients that the stack manages.
        read: The clients that it only reads, through `OAuthClient.get`.
        protected: The ids of managed clients that Pulumi refuses to delete.
    """

    managed: dict[str, str]
    read: dict[str, str]
    protected: frozenset[str] = frozenset()


class Manager(NamedTuple):
    """The resource that manages a client."""

    resource: str
    stack: str


@dataclass(frozen=True)
class Managers:
    """The managers of clients, in the stacks that the backend shows.

    Attributes:
        by_client: The manager of each client, by client id. If several stacks manage a client by mistake, the selected
            stack takes precedence.
        stacks: The stacks that were searched.
        unreadable: The stacks that could not be read.
    """

    by_client: dict[str, Manager]
    stacks: frozenset[Owner]
    unreadable: tuple[str, ...] = ()


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

    def stored_configuration(self) -> dict[str, str]:
        """The configuration of the last `pulumi up`, as the engine has stored it; empty before the first.

        `pulumi refresh` and `pulumi destroy` use it, unless they run the program.

        Raises:
            SipgateError: As `entries`.
        """
        document = json.loads(self._run("stack", "export", "--show-secrets"))
        stored: dict[str, str] = {}
        for resource in document.get("deployment", {}).get("resources") or []:
            name = resource["urn"].rpartition("::")[2]
            inputs = resource.get("inputs") or {}
            # With the native plugin, a named account has a provider of its own.
            account = None if name.startswith("default") else inputs.get("account")
            if resource["type"] in _PROVIDERS and (not account or name == f"sipgate-{account}"):
                for key, value in inputs.items():
                    full = key if ":" in key else f"{namespace(account)}:{key}"
                    stored[full] = (
                        str(json.loads(value["plaintext"]))
                        if isinstance(value, dict) and "plaintext" in value
                        else str(value)
                    )
        return stored

    def clients(self) -> Clients:
        """The clients in the stack's state."""
        document = json.loads(self._run("stack", "export"))
        managed: dict[str, str] = {}
        read: dict[str, str] = {}
        protected: set[str] = set()
        for resource in document.get("deployment", {}).get("resources") or []:
            if resource["type"] in {tokens.DYNAMIC, tokens.NATIVE} and resource.get("id"):
                name = resource["urn"].split("::", 3)[3]
                (read if resource.get("external") else managed)[resource["id"]] = name
                if resource.get("protect"):
                    protected.add(resource["id"])
        return Clients(managed, read, frozenset(protected))

    def managers(self, project: str | None, *, everywhere: bool = False) -> Managers:
        """The managers of clients, in all stacks of the project or of the whole backend.

        Args:
            project: The project's name, which Pulumi leaves out in the names of the project's stacks; None outside of
                a project.
            everywhere: Whether to search the stacks of all projects.

        Raises:
            SipgateError: The stacks cannot be listed; Pulumi's message says why.
        """
        listed = json.loads(
            self._run("stack", "ls", "--json", *(("--all",) if everywhere else ()), of_stack=False)
        )
        selected = [one["name"] for one in listed if one["name"] == self.name or one.get("current")]
        names = sorted((one["name"] for one in listed), key=lambda name: name in selected)
        empty = {one["name"] for one in listed if one.get("resourceCount") == 0}
        by_client: dict[str, Manager] = {}
        stacks: set[Owner] = set()
        unreadable = []
        with ThreadPoolExecutor(_STACKS_AT_ONCE) as threads:
            found = threads.map(lambda name: {} if name in empty else self._managed_by(name), names)
            for name, managed in zip(names, found, strict=True):
                if managed is None:
                    unreadable.append(name)
                    continue
                stacks.add(_owner(name, project))
                by_client |= {
                    client_id: Manager(resource, name) for client_id, resource in managed.items()
                }
        return Managers(by_client, frozenset(stacks), tuple(sorted(unreadable)))

    def _managed_by(self, name: str) -> dict[str, str] | None:
        """The clients that a stack manages; None where it cannot be read."""
        try:
            return Stack(self.folder, name).clients().managed
        except SipgateError:
            return None

    def import_clients(
        self,
        clients: Mapping[str, OAuthClientState],
        *,
        protect: bool,
        account: str | None = None,
    ) -> str:
        """Imports clients, given by resource name, and returns the engine's output; sends nothing to sipgate.

        Raises:
            SipgateError: The engine refused.
        """
        host = host_properties(account)
        document = {
            "resources": [_resource(name, client, host) for name, client in clients.items()]
        }
        reading, writing = os.pipe()
        content = json.dumps(document).encode()
        # The document may not fit into a pipe, so a thread writes it while the engine reads.
        writer = threading.Thread(target=_write, args=(writing, content), daemon=True)
        writer.start()
        try:
            return self._run(
                "import",
                "--file",
                f"/dev/fd/{reading}",
                "--generate-code=false",
                f"--protect={str(protect).lower()}",
                "--yes",
                "--skip-preview",
                pass_fds=(reading,),
            )
        finally:
            os.close(reading)
            writer.join()

    def _run(self, *arguments: str, of_stack: bool = True, pass_fds: tuple[int, ...] = ()) -> str:
        pulumi = shutil.which("pulumi")
        if pulumi is None:
            raise ConfigurationError(
                "The `pulumi` command is not on PATH; install it as https://www.pulumi.com/docs/install/ says."
            )
        stack = ("--stack", self.name) if self.name and of_stack else ()
        try:
            run = subprocess.run(  # noqa: S603  Pulumi's command line with arguments of ours
                (pulumi, *arguments, *stack, "--non-interactive", "--color=never"),
                check=False,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                pass_fds=pass_fds,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise SipgateError(
                f"`pulumi {arguments[0]}` has not ended after {_SECONDS} s."
            ) from None
        if run.returncode:
            message = (run.stdout + run.stderr if arguments[0] == "import" else run.stderr).strip()
            raise SipgateError(f"`pulumi {' '.join(arguments[:2])}` failed.\n{message}")
        return run.stdout


def _owner(name: str, project: str | None) -> Owner:
    """The stack with a name such as `dev`, `organization/dev` or `organization/project/dev`."""
    *before, stack = name.split("/")
    return Owner(before[1] if len(before) > 1 else project or "", stack)


def _resource(name: str, client: OAuthClientState, host: Mapping[str, str]) -> dict[str, object]:
    document = client.properties()
    inputs = {key: document[key] for key in WRITABLE} | dict(host)
    secret = client.client_secret and _SECRET | {"plaintext": json.dumps(client.client_secret)}
    outputs = inputs | {"clientId": client.client_id, "clientSecret": secret}
    return {
        "type": tokens.DYNAMIC,
        "name": name,
        "id": client.client_id,
        "inputs": inputs,
        "outputs": outputs,
    }


def _write(descriptor: int, content: bytes) -> None:
    # If the engine ends without reading everything, its output says why.
    with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as pipe:
        pipe.write(content)
