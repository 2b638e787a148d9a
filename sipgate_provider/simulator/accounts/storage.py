"""A file that outlives the simulator: clients, users and personal access tokens, in SQLite.

A change is committed before it counts, and so before it is answered: however the process ends, who
had an answer finds what was answered. Log-ins and their tokens are not kept.

SQLite's own lock, held as long as the file is open, keeps other processes and other simulators of
this process away. It ends with the process, so there is never a stale one to remove.

Secrets are in it, so it is this user's alone (0600) whatever it was before. What SQLite writes beside
it takes the file's mode when it is new; what is there already is looked at as the file itself is.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any, TypeVar

Thing = TypeVar("Thing")

TABLES = ("clients", "users", "personal_access_tokens")

# "sipg", by which a file says whose it is, and the version of what is in it.
_APPLICATION = 0x73697067
_VERSION = 1

_PRIVATE = 0o600


class StorageError(Exception):
    """The file cannot be used; the message says which, and why."""


class File:
    """An open file, which is nobody else's until it is closed.

    Raises:
        StorageError: Another simulator has it, or it is something else, or somebody else's, or may
            not be written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).absolute()
        self._lock = threading.Lock()
        with self._explained():
            # Not to be opened if it is there: to close it again would end the lock that this process
            # may have on it (fcntl(2)).
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
            _make_private(self._path)
            for beside in self._beside():
                if os.path.lexists(beside):
                    _make_private(beside)
            self._connection = sqlite3.connect(
                self._path, timeout=0, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
                # Somebody else may have made it after the look at it above. Nothing secret is in it
                # yet, and from now on it stays open.
                _make_private(self._beside()[0])
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Others may have the file."""
        with self._lock:
            self._connection.close()

    def rows(self, table: str, account: int) -> list[tuple[str, Any]]:
        """Names and contents, in the order in which they came into being.

        Raises:
            StorageError: The file is damaged.
        """
        query = f"SELECT name, content FROM {table} WHERE account = ? ORDER BY rowid"  # noqa: S608
        with self._lock, self._explained():
            found = self._connection.execute(query, (account,)).fetchall()
        return [(name, json.loads(content)) for name, content in found]

    def put(self, table: str, account: int, name: str, content: Any) -> None:
        """It is in the file, in place of what had that name."""
        statement = (
            f"INSERT INTO {table} (account, name, content) VALUES (?, ?, ?) "  # noqa: S608
            "ON CONFLICT DO UPDATE SET content = excluded.content"
        )
        with self._lock:
            self._connection.execute(statement, (account, name, json.dumps(content)))

    def remove(self, table: str, account: int, name: str) -> None:
        """It is not in the file."""
        statement = f"DELETE FROM {table} WHERE account = ? AND name = ?"  # noqa: S608
        with self._lock:
            self._connection.execute(statement, (account, name))

    def _beside(self) -> tuple[Path, ...]:
        suffixes = ("-wal", "-shm", "-journal")
        return tuple(self._path.with_name(self._path.name + suffix) for suffix in suffixes)

    def _prepare(self) -> None:
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        # Looked at before anything is written: it may be somebody else's database.
        (application,) = execute("PRAGMA application_id").fetchone()
        (version,) = execute("PRAGMA user_version").fetchone()
        (tables,) = execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != _APPLICATION and (tables or application or version):
            raise StorageError(f"{self._path} is a database, but not a simulator's.")
        if version > _VERSION:
            raise StorageError(f"{self._path} was written by a newer version of the simulator.")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        execute("BEGIN EXCLUSIVE")
        for table in TABLES:
            execute(
                f"CREATE TABLE IF NOT EXISTS {table} (account INTEGER NOT NULL, "
                "name TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (account, name))"
            )
        execute(f"PRAGMA application_id = {_APPLICATION}")
        execute(f"PRAGMA user_version = {_VERSION}")
        execute("COMMIT")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror}.") from None
        except sqlite3.Error as error:
            if "locked" in str(error):
                raise StorageError(f"{self._path} is in use by another simulator.") from None
            if "not a database" in str(error):
                raise StorageError(f"{self._path} is not a simulator's file.") from None
            raise StorageError(f"{self._path} cannot be used: {error}.") from None


def _make_private(path: Path) -> None:
    """Only this user can open the file.

    Raises:
        StorageError: It is somebody else's, or no regular file.
        OSError: It is not there.
    """
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise StorageError(f"{path} is not a regular file. Name another.")
    if os.name != "posix":
        return
    if found.st_uid != os.getuid():
        raise StorageError(
            f"{path} belongs to another user. Name another file, or remove that one."
        )
    if stat.S_IMODE(found.st_mode) != _PRIVATE:
        path.chmod(_PRIVATE)


class Kept(MutableMapping[str, Thing]):
    """One account's part of a table, as a mapping: a change is in the file before it is here.

    Args:
        file: The file.
        table: One of `TABLES`.
        account: The account's number.
        encode: What JSON has for a thing.
        decode: The thing that this is.
    """

    def __init__(
        self,
        file: File,
        table: str,
        account: int,
        encode: Callable[[Thing], Any],
        decode: Callable[[Any], Thing],
    ) -> None:
        self._file = file
        self._table = table
        self._account = account
        self._encode = encode
        self._things = {name: decode(content) for name, content in file.rows(table, account)}

    def __getitem__(self, name: str) -> Thing:
        return self._things[name]

    def __setitem__(self, name: str, thing: Thing) -> None:
        if self._things.get(name) == thing:
            return
        self._file.put(self._table, self._account, name, self._encode(thing))
        self._things[name] = thing

    def __delitem__(self, name: str) -> None:
        if name not in self._things:
            raise KeyError(name)
        self._file.remove(self._table, self._account, name)
        del self._things[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)
