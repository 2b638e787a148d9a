"""A file that outlives the simulator: clients, users and personal access tokens, as JSON that a person can read.

Every change writes it anew and puts it in place of the old one, before it is answered: however the process ends, who
had an answer finds what was answered, and nobody finds half a file. Log-ins and their tokens are not kept. Secrets are
in it, so it is this user's alone. A lock beside it keeps a second simulator away.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from sipgate_provider.simulator.accounts.models import ClientList, Content, StoredAccount, problem


class StorageError(Exception):
    """The file cannot be used; the message says which, why, and what to do."""


class File:
    """An open file, which is nobody else's until it is closed.

    Raises:
        StorageError: Another simulator has it, or it is something else, or may not be read or written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).absolute()
        self._lock = FileLock(f"{self._path}.lock", timeout=0)
        with _explained(self._path, "a simulator's file"):
            # Else the lock would make the folder.
            self._path.parent.resolve(strict=True)
            self._lock.acquire()
            try:
                found = self._path.read_bytes() if self._path.exists() else b'{"accounts": []}'
                content = Content.model_validate_json(found)
            except BaseException:
                self._lock.release()
                raise
        self._accounts = {account.number: account for account in content.accounts}

    def close(self) -> None:
        """Others may have the file."""
        self._lock.release()

    def account(self, number: int) -> StoredAccount:
        """What is in it of the account of that number."""
        return self._accounts.get(number) or StoredAccount(number=number)

    def save(self, account: StoredAccount) -> None:
        """The account is in the file like this.

        Raises:
            StorageError: It cannot be written, and is as it was.
        """
        accounts = {**self._accounts, account.number: account}
        text = Content(accounts=list(accounts.values())).model_dump_json(indent=2, by_alias=True)
        with _explained(self._path, ""):
            # A new file of `mkstemp` is this user's alone.
            handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)
            try:
                with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
                    file.write(text + "\n")
                Path(name).replace(self._path)
            except BaseException:
                Path(name).unlink()
                raise
        self._accounts = accounts


def read_clients(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """The clients of a file that `clients --json` has printed, in the API's spelling.

    Raises:
        StorageError: It cannot be read.
    """
    file = Path(path)
    with _explained(file, "what `clients --json` prints"):
        listed = ClientList.model_validate_json(file.read_bytes())
    return [one.model_dump(by_alias=True, exclude_none=True) for one in listed.clients]


@contextlib.contextmanager
def _explained(path: Path, kind: str) -> Iterator[None]:
    try:
        yield
    except Timeout:
        raise StorageError(
            f"{path} is in use by another simulator. End that one, or name another file."
        ) from None
    except OSError as error:
        raise StorageError(f"{path} cannot be used: {error.strerror}. Name another file.") from None
    except ValidationError as error:
        where, what = problem(error)
        raise StorageError(
            f"{path} is not {kind}: {f'{where}: ' if where else ''}{what}. Mend it, or name another file."
        ) from None
