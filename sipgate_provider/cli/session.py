"""Common parts of the commands that use sipgate: their options, the stack, its account, and error messages.

The settings are those of `pulumi up` in the same folder: the stack's configuration, then the environment. Outside of a
Pulumi project, only the environment counts.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sipgate_provider.cli.terminal import RequestLines, printable_lines, remark, working
from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.setting_names import SettingNames
from sipgate_provider.settings.sources import checked_account

if TYPE_CHECKING:
    from sipgate_provider.api.calls import SipgateAPI
    from sipgate_provider.api.models import OAuthClientState
    from sipgate_provider.importing.stack import Manager, Managers, Stack
    from sipgate_provider.settings.settings import Settings

__all__ = ["OPTIONS", "Session", "is_id"]

Returned = TypeVar("Returned")

# An id as sipgate makes them: two numbers and a UUID.
_ID = re.compile(r"\d+-\d+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Session:
    """One run of a command, for a folder, a stack and an account."""

    def __init__(self, folder: Path, stack_name: str | None, account: str | None) -> None:
        self._folder = folder
        self._stack_name = stack_name
        self.account = None if account is None else checked_account(account)
        self.names = SettingNames(self.account)

    @functools.cached_property
    def project_file(self) -> Path | None:
        """The project's Pulumi.yaml, in the folder or above; None if the folder belongs to no project."""
        folder = self._folder.resolve()
        files = (
            above / name
            for above in (folder, *folder.parents)
            for name in ("Pulumi.yaml", "Pulumi.yml")
        )
        return next((file for file in files if file.exists()), None)

    @property
    def in_project(self) -> bool:
        """Whether the folder belongs to a Pulumi project."""
        return self.project_file is not None

    @functools.cached_property
    def project(self) -> dict[str, Any]:
        """The content of Pulumi.yaml; empty outside of a project."""
        from sipgate_provider.cli.project import read_project  # noqa: PLC0415

        return read_project(self.project_file) if self.project_file else {}

    @functools.cached_property
    def stack(self) -> Stack:
        """The stack of this run.

        Raises:
            ConfigurationError: The folder belongs to no Pulumi project.
        """
        from sipgate_provider.importing.stack import Stack  # noqa: PLC0415

        if not self.in_project:
            raise ConfigurationError(
                f"{self._folder.resolve()} is in no Pulumi project; run this in the folder of Pulumi.yaml, or "
                "name that folder with --cwd."
            )
        return Stack(self._folder, self._stack_name)

    @functools.cached_property
    def configuration(self) -> dict[str, str]:
        """The stack's configuration; empty outside of a project."""
        return self.stack.configuration() if self.in_project else {}

    @functools.cached_property
    def settings(self) -> Settings:
        """The settings that `pulumi up` would use."""
        from sipgate_provider.settings.settings import Settings  # noqa: PLC0415

        return Settings.resolve(self.configuration.get, os.environ, self.account)

    def managers(self, *, everywhere: bool = False) -> Mapping[str, list[Manager]] | None:
        """The managers by client id, as `Stack.managers`; None outside of a project."""
        return self.all_managers(everywhere=everywhere).by_client if self.in_project else None

    def all_managers(self, *, everywhere: bool = True) -> Managers:
        """The managers of clients in the stacks that the backend shows, also outside of a project.

        Raises:
            SipgateError: The stacks cannot be listed.
        """
        from sipgate_provider.importing.stack import Stack  # noqa: PLC0415

        with working("Looking into the stacks..."):
            found = Stack(self._folder, self._stack_name).managers(
                self.project.get("name"), everywhere=everywhere
            )
        for name in found.unreadable:
            remark(f"Stack {name} cannot be read, so it was not searched.")
        return found

    def log_in_through(self, client_id: str | None) -> tuple[str, str, str]:
        """The client to log in through, as id and secret (each empty if not set), and the token endpoint."""
        from sipgate_provider.settings.settings import login_settings  # noqa: PLC0415

        found, secret, token_url = login_settings(self.configuration.get, os.environ, self.account)
        if client_id is not None and client_id != found:
            # The secret in the settings belongs to the client in the settings.
            return client_id, secret if not found else "", token_url
        return found, secret, token_url

    @functools.cached_property
    def api(self) -> SipgateAPI:
        """The API of the account that `pulumi up` would use."""
        from sipgate_provider.api.calls import SipgateAPI  # noqa: PLC0415

        return SipgateAPI(self.settings)

    def client(self, id_or_name: str) -> OAuthClientState:
        """The account's one client of that id or that exact name.

        Raises:
            SipgateError: There is none, there are several of the name, or the account cannot be read.
        """
        from sipgate_provider.clients.search import find_client  # noqa: PLC0415

        by_id = is_id(id_or_name)
        with working("Asking sipgate..."):
            return find_client(self.api, *((id_or_name, None) if by_id else (None, id_or_name)))


def is_id(text: str) -> bool:
    """Whether the text is a client's id, and not its name."""
    return _ID.fullmatch(text) is not None


def _user_errors(command: Callable[..., Returned]) -> Callable[..., Returned]:
    """Ends the command with the message of a `SipgateError` and exit code 1."""

    @functools.wraps(command)
    def wrapper(*args: object, **kwargs: object) -> Returned:
        try:
            return command(*args, **kwargs)
        except SipgateError as error:
            raise click.ClickException(printable_lines(str(error))) from None

    return wrapper


def OPTIONS(command: Callable[..., None]) -> Callable[..., None]:  # noqa: N802  used like click's options
    """Adds the common options, passes a `Session` to the command, and reports errors."""

    @click.option(
        "-s",
        "--stack",
        "stack_name",
        metavar="STACK",
        help="The stack; by default the selected one.",
    )
    @click.option(
        "-C",
        "--cwd",
        "folder",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        default=Path(),
        metavar="FOLDER",
        help="Where the project is; by default here.",
    )
    @click.option(
        "--account",
        metavar="ACCOUNT",
        help="Which account's settings: 'eu' reads sipgate-eu: and SIPGATE_EU_...",
    )
    @click.option(
        "-v", "--verbose", is_flag=True, help="Print a line for each request on standard error."
    )
    @functools.wraps(command)
    @_user_errors
    def with_session(
        folder: Path, stack_name: str | None, account: str | None, verbose: bool, **options: object
    ) -> None:
        if verbose:
            from sipgate_provider.http.request_log import show  # noqa: PLC0415

            show(RequestLines())
        command(Session(folder, stack_name, account), **options)

    return with_session
