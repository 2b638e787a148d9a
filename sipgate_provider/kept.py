"""Refresh tokens that outlive a run: one small file each, the user's own.

sipgate ends a refresh token when it is used and answers its successor, so whoever loses the successor is logged
out. A successor is written before anything is done with it, into a file that was made ready before the old token
was sent; a folder that cannot be written is found out while nothing is lost. Files belong to their owner alone, are
replaced whole, and are locked between processes, so that two deployments do not spend the same token.

A token from the settings has a file named after itself: what is in the file came from that token and is newer. A
log-in by `login` has a file for each account.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from sipgate_provider.credentials import RefreshToken
from sipgate_provider.errors import ConfigurationError, SipgateError

__all__ = ["KeptFile", "file_for_token", "kept_login", "login_file"]

_LOCK_SECONDS = 60.0


def login_file(account: str | None) -> Path:
    """Where `login` leaves what it got."""
    return _folder() / (f"login-{account}.json" if account else "login.json")


def file_for_token(refresh_token: str, client_id: str, token_url: str) -> Path:
    """Where the successors of a token out of the settings are kept."""
    origin = json.dumps([token_url, client_id, refresh_token]).encode()
    return _folder() / f"refresh-{hashlib.sha256(origin).hexdigest()[:32]}.json"


def kept_login(account: str | None) -> RefreshToken | None:
    """What `login` left for the account, if anything.

    Raises:
        ConfigurationError: Something is there, and it is not what `login` writes.
    """
    path = login_file(account)
    bag = KeptFile(path).read()
    if bag is None:
        return None
    try:
        return RefreshToken(
            client_id=bag["client_id"],
            client_secret=bag.get("client_secret", ""),
            refresh_token=bag["refresh_token"],
            token_url=bag["token_url"],
            file=path,
        )
    except KeyError as error:
        raise _unusable(path, f"it lacks {error.args[0]}") from None


@dataclass(frozen=True)
class KeptFile:
    """One file of text by name."""

    path: Path

    def read(self) -> dict[str, str] | None:
        """What is in it, or None where there is no such file.

        Raises:
            ConfigurationError: It cannot be read, or holds something else.
        """
        try:
            document = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self.path, str(error.strerror)) from None
        except ValueError:
            raise _unusable(self.path, "it is not what was written there") from None
        if not isinstance(document, dict) or not all(
            isinstance(value, str) for value in document.values()
        ):
            raise _unusable(self.path, "it is not what was written there")
        return document

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """No other process or thread has it meanwhile.

        Raises:
            SipgateError: Another one has it and does not let go.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(f"{self.path}.lock", mode=0o600)
            with lock.acquire(timeout=_LOCK_SECONDS):
                yield
        except Timeout:
            raise SipgateError(
                f"Another process has held {self.path}.lock for {_LOCK_SECONDS:.0f} s; wait for it, or end it."
            ) from None
        except OSError as error:
            raise _unusable(self.path, str(error.strerror)) from None

    @contextlib.contextmanager
    def successor(self) -> Iterator[_Successor]:
        """A new content can be put in place from here on: the place for it is made ready first.

        Raises:
            ConfigurationError: The folder cannot be written.
        """
        try:
            descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f"{self.path.name}.")
        except OSError as error:
            raise _unusable(self.path, str(error.strerror)) from None
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield _Successor(self.path, Path(name), file.fileno())
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()

    def write(self, content: Mapping[str, str]) -> None:
        """The file holds this."""
        with self.successor() as successor:
            successor.put(content)

    def remove(self) -> bool:
        """The file is gone; returns whether there was one."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        return True


@dataclass(frozen=True)
class _Successor:
    path: Path
    temporary: Path
    descriptor: int

    def put(self, content: Mapping[str, str]) -> None:
        """The file holds this now, also if the machine stops in this moment."""
        os.write(self.descriptor, json.dumps(dict(content)).encode())
        os.fsync(self.descriptor)
        self.temporary.replace(self.path)


def _folder() -> Path:
    return Path(platformdirs.user_state_dir("sipgate-provider", appauthor=False))


def _unusable(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"Refresh tokens are kept in {path.parent}, but {path.name} cannot be used: {why}. Mend that, or remove the "
        "file and log in again with `python -m sipgate_provider login`."
    )
