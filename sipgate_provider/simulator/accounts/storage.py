"""The file that keeps clients, users and personal access tokens between runs, as readable JSON.

Before a change is answered, a new file is written and renamed over the old one. So even if the process is killed, the
file is complete and contains every change for which a caller got a response. Log-ins and tokens are not stored.
Since it contains secrets, only its owner can read the file. A lock file beside it keeps a second simulator out.
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
    """The file cannot be used. The message says which file, why, and what to do."""


class File:
    """An open file, locked until it is closed.

    Raises:
        StorageError: Another simulator uses the file, its content is invalid, or it cannot be read or written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).absolute()
        self._lock = FileLock(f"{self._path}.lock", timeout=0)
        with _explained(self._path, "a simulator's file"):
            # FileLock would otherwise create a missing folder.
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
        """Releases the lock."""
        self._lock.release()

    def account(self, number: int) -> StoredAccount:
        """Returns the stored account with this number; an empty one if there is none."""
        return self._accounts.get(number) or StoredAccount(number=number)

    def save(self, account: StoredAccount) -> None:
        """Writes the account to the file.

        Raises:
            StorageError: The file cannot be written. It is unchanged.
        """
        accounts = {**self._accounts, account.number: account}
        text = Content(accounts=list(accounts.values())).model_dump_json(indent=2, by_alias=True)
        with _explained(self._path, ""):
            # Only its owner can read a file that `mkstemp` creates.
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
    """Reads the clients from a file with the output of `clients --json`, with the API's field names.

    Raises:
        StorageError: The file cannot be read, or its content is invalid.
    """
    file = Path(path)
    with _explained(file, "the output of `clients --json`"):
        listed = ClientList.model_validate_json(file.read_bytes())
    return [one.model_dump(by_alias=True, exclude_none=True) for one in listed.clients]


@contextlib.contextmanager
def _explained(path: Path, kind: str) -> Iterator[None]:
    try:
        yield
    except Timeout:
        raise StorageError(
            f"{path} is in use by another simulator. Stop that one, or use another file."
        ) from None
    except OSError as error:
        raise StorageError(f"{path} cannot be used: {error.strerror}. Use another file.") from None
    except ValidationError as error:
        where, what = problem(error)
        raise StorageError(
            f"{path} is not {kind}: {f'{where}: ' if where else ''}{what}. Correct it, or use another file."
        ) from None
