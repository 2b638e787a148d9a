"""Each tenant's client in a stack of its own, by Pulumi's Automation API.

The stacks are in the backend that you are logged in to; there is no folder with a Pulumi.yaml, since the program is
the function `_client`. Each step is one run of the engine, and fails on its own.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pulumi
from pulumi import automation
from tenants import Tenant

import sipgate_provider as sipgate

PROJECT = "sipgate-tenants"
_CLIENT = "pulumi-python:dynamic/sipgate:OAuthClient"
_DONE = {
    "create": "created",
    "update": "changed",
    "same": "unchanged",
    "delete": "deleted",
    "create-replacement": "replaced",
}


class EngineError(Exception):
    """The engine could not do what it was asked to; the message is its own, without the traceback."""


@dataclass
class Run:
    """What the engine reports while it runs.

    Attributes:
        on_step: Called with what it is about to do, such as "create".
        done: What has become of the client.
        errors: What went wrong at a resource, first thing first.
        complaints: What went wrong elsewhere.
    """

    on_step: Callable[[str], None] = lambda _: None
    done: str = "unchanged"
    errors: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __call__(self, event: automation.EngineEvent) -> None:
        """Takes in one event of the engine."""
        if (begun := event.resource_pre_event) and begun.metadata.type == _CLIENT:
            self.on_step(begun.metadata.op.value)
        if (ended := event.res_outputs_event) and ended.metadata.type == _CLIENT:
            self.done = _DONE.get(ended.metadata.op.value, self.done)
        if (told := event.diagnostic_event) and told.severity == "error":
            (self.errors if told.urn else self.complaints).append(told.message)


@dataclass(frozen=True)
class Client:
    """What an application needs to know of its tenant's client."""

    client_id: str
    client_secret: str


class Stacks:
    """The stacks of all tenants.

    Raises:
        EngineError: There is no engine, or it is too old.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        try:
            self._engine = automation.PulumiCommand()
        except FileNotFoundError:
            raise EngineError("There is no `pulumi` on PATH; install it first.") from None
        except subprocess.CalledProcessError as error:
            raise EngineError(f"`pulumi version` ended with status {error.returncode}.") from None
        except automation.InvalidVersionError as error:
            raise EngineError(str(error)) from None

    def names(self) -> list[str]:
        """The tenants that have a stack.

        Raises:
            EngineError: The backend cannot be read.
        """
        with _told():
            workspace = automation.LocalWorkspace(
                project_settings=automation.ProjectSettings(PROJECT, runtime="python"),
                work_dir=tempfile.mkdtemp(dir=self._folder),
                pulumi_command=self._engine,
            )
            return sorted(stack.name for stack in workspace.list_stacks())

    def up(self, name: str, tenant: Tenant, on_step: Callable[[str], None]) -> tuple[str, str]:
        """The tenant has its client as declared; answers with what was done and the client's id.

        Raises:
            EngineError: It has not; what the engine knows of is in the stack all the same.
        """
        run = Run(on_step)
        with _told(run):
            stack = automation.create_or_select_stack(
                name, PROJECT, lambda: _client(name, tenant), opts=self._options()
            )
            result = stack.up(on_event=run, color="never", show_secrets=False)
        return run.done, result.outputs["client_id"].value

    def client(self, name: str) -> Client | None:
        """The client in a tenant's stack; None if the stack has none.

        Raises:
            EngineError: The stack cannot be read.
        """
        with _told():
            outputs = self._selected(name).outputs()
        if "client_id" not in outputs:
            return None
        return Client(outputs["client_id"].value, outputs["client_secret"].value)

    def destroy(self, name: str, on_step: Callable[[str], None]) -> None:
        """The tenant has neither client nor stack any more.

        Raises:
            EngineError: It still has the stack, and perhaps the client.
        """
        run = Run(on_step)
        with _told(run):
            stack = self._selected(name)
            # The client is protected; asking for this is what lifts it.
            unprotect = ["state", "unprotect", "--all", "--yes", "--stack", name]
            self._engine.run(unprotect, stack.workspace.work_dir, {})
            stack.destroy(on_event=run, color="never", show_secrets=False)
            stack.workspace.remove_stack(name)

    def _selected(self, name: str) -> automation.Stack:
        return automation.select_stack(name, PROJECT, lambda: None, opts=self._options())

    def _options(self) -> automation.LocalWorkspaceOptions:
        # Without a folder of ours, every step would leave one behind.
        folder = tempfile.mkdtemp(dir=self._folder)
        return automation.LocalWorkspaceOptions(work_dir=folder, pulumi_command=self._engine)


@contextmanager
def opened() -> Iterator[Stacks]:
    """The stacks, for as long as the block runs; what the engine needs meanwhile is in a temporary folder.

    Raises:
        EngineError: There is no engine, or it is too old.
    """
    with tempfile.TemporaryDirectory(prefix=f"{PROJECT}-") as folder:
        yield Stacks(folder)


def _client(name: str, tenant: Tenant) -> None:
    """The program of a tenant's stack."""
    client = sipgate.OAuthClient(
        "client",
        name=tenant.name or name,
        description=tenant.description,
        redirect_uris=tenant.redirect_uris,
        web_origins=tenant.web_origins,
        privacy_url=tenant.privacy_url,
        terms_url=tenant.terms_url,
        account=tenant.account,
        opts=pulumi.ResourceOptions(protect=True),
    )
    pulumi.export("client_id", client.client_id)
    pulumi.export("client_secret", client.client_secret)


@contextmanager
def _told(run: Run | None = None) -> Iterator[None]:
    """A failure of the engine is told in its own words, not by a traceback and all that it printed."""
    try:
        yield
    except automation.ConcurrentUpdateError:
        raise EngineError(
            "another run is changing this stack; try again when it is over, or after `pulumi cancel` if it was "
            "killed."
        ) from None
    except automation.CommandError as error:
        told = [*run.errors, *run.complaints] if run else []
        raise EngineError(_in_short(told[0] if told else str(error))) from None


def _in_short(message: str) -> str:
    """What went wrong, out of a diagnostic or out of all that a command printed."""
    # The engine shows the value of a property that the provider refuses.
    message = re.sub(r" value \{.*?\} has a problem(?=: )", "", message, flags=re.DOTALL)
    errors = re.findall(r"error: (.+)", message)
    first = errors[0] if errors else message.strip().partition("\nTraceback")[0]
    first = re.sub(r"^\S+ resource '[^']*': ", "", first)
    return " ".join(first.removeprefix("SipgateError: ").split())
