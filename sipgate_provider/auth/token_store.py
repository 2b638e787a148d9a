"""Refresh tokens that outlive a run: one small file each, the user's own.

sipgate ends a refresh token when it is used and answers its successor, so whoever loses the successor is logged
out. A successor is written before anything is done with it, into a file whose room on the disk was taken before the
old token was sent; a folder that cannot be written, a full disk or a limit is found out while nothing is lost. Files
are replaced whole, and are locked between processes, so that two deployments do not spend the same token.

A file decides where a credential goes. One that another user could have written or read is refused, and the command
that mends it is named; so is a link, and a `token_url` that no setting may have.

A token from the settings has a file named after itself: what is in the file came from that token and is newer. A
log-in by `login` has a file for each account.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from sipgate_provider.auth.credentials import RefreshToken
from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.http.addresses import problem_with_address
from sipgate_provider.scrubbing import shell_word

__all__ = ["TokenFile", "login_path", "stored_login", "token_path"]

_LOCK_SECONDS = 60.0
# Room for any answer that is accepted from the token endpoint, and the most that is read.
_ROOM = 64 * 1024


def login_path(account: str | None) -> Path:
    """Where `login` leaves what it got."""
    return _folder() / (f"login-{account}.json" if account else "login.json")


def token_path(refresh_token: str, client_id: str, token_url: str) -> Path:
    """Where the successors of a token out of the settings are stored."""
    origin = json.dumps([token_url, client_id, refresh_token]).encode()
    return _folder() / f"refresh-{hashlib.sha256(origin).hexdigest()[:32]}.json"


def stored_login(account: str | None) -> RefreshToken | None:
    """What `login` left for the account, if anything.

    Raises:
        ConfigurationError: Something is there, and it is not what `login` writes.
    """
    try:
        path = login_path(account)
    except ConfigurationError:
        # Without a home nothing is stored, and what is missing is a credential.
        return None
    stored = TokenFile(path).read()
    if stored is None:
        return None
    try:
        login = RefreshToken(
            client_id=stored["client_id"],
            client_secret=stored.get("client_secret", ""),
            refresh_token=stored["refresh_token"],
            token_url=stored["token_url"],
            file=path,
        )
    except KeyError as error:
        raise _unusable(path, f"it lacks {error.args[0]}") from None
    if problem := problem_with_address(login.token_url, "https://login.example.com/token"):
        raise _unusable(path, f"its token_url {problem}")
    return login


@dataclass(frozen=True)
class TokenFile:
    """One file of text by name."""

    path: Path

    def read(self) -> dict[str, str] | None:
        """What is in it, or None where there is no such file.

        Raises:
            ConfigurationError: It cannot be read, is not the user's own alone, or holds something else.
        """
        if not self._is_there():
            return None
        try:
            with self.path.open("rb") as file:
                document: dict[str, str] = json.loads(file.read(_ROOM))
            for value in document.values():
                # Not every JSON string can be sent.
                value.encode()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self.path, str(error.strerror)) from None
        except (ValueError, AttributeError, RecursionError):
            # No JSON, no object, or an object that holds something else than text.
            raise _unusable(self.path, "it holds something else than was written") from None
        return document

    @contextlib.contextmanager
    def locked(self, seconds: float = _LOCK_SECONDS) -> Iterator[None]:
        """No other process or thread has it meanwhile.

        Args:
            seconds: How long to wait for another one to let go.

        Raises:
            ConfigurationError: Folder or file is not the user's own alone, or cannot be used.
            SipgateError: Another one has it and does not let go.
        """
        lock = FileLock(f"{self.path}.lock", mode=0o600)
        seconds = max(0.0, seconds)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._is_there()
            lock.acquire(timeout=seconds)
        except Timeout:
            raise SipgateError(
                f"Another process has held {self.path}.lock for {seconds:.0f} s; wait for it, or end it."
            ) from None
        except OSError as error:
            # That of the folder, or of the lock.
            raise _unusable(Path(error.filename or self.path), str(error.strerror)) from None
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def replacement(self) -> Iterator[_Replacement]:
        """A new content can be put in place from here on: the room for it on the disk is taken first.

        Raises:
            ConfigurationError: The folder cannot be written, or the room is not there.
        """
        try:
            descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f"{self.path.name}.")
        except OSError as error:
            raise _unusable(self.path, str(error.strerror)) from None
        try:
            try:
                _write(descriptor, bytes(_ROOM))
            except OSError as error:
                raise _unusable(self.path, f"no room for it ({error.strerror})") from None
            yield _Replacement(self.path, Path(name), descriptor)
        finally:
            os.close(descriptor)
            with contextlib.suppress(OSError):
                Path(name).unlink()

    def write(self, content: Mapping[str, str]) -> None:
        """The file holds this."""
        with self.replacement() as successor:
            successor.commit(content)

    def remove(self) -> bool:
        """The file is gone; returns whether there was one.

        Raises:
            ConfigurationError: It cannot be removed.
        """
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _unusable(self.path, str(error.strerror)) from None
        return True

    def _is_there(self) -> bool:
        """Whether there is such a file; folder and file, as far as they exist, are the user's own alone."""
        folder, user = self.path.parent, os.geteuid()
        for path, forbidden, mode in ((folder, 0o022, "700"), (self.path, 0o077, "600")):
            try:
                status = path.stat() if path is folder else path.lstat()
            except FileNotFoundError:
                return False
            except OSError as error:
                raise _unusable(path, str(error.strerror)) from None
            if path is self.path and not stat.S_ISREG(status.st_mode):
                raise _unusable(path, "it is a link or no regular file")
            if status.st_uid != user:
                raise _unsafe(path, "belongs to another user", f"sudo chown {user}")
            if status.st_mode & forbidden:
                raise _unsafe(path, "is open to other users", f"chmod {mode}")
        return True


@dataclass(frozen=True)
class _Replacement:
    path: Path
    temporary: Path
    descriptor: int

    def commit(self, content: Mapping[str, str]) -> None:
        """The file holds this now, also if the machine stops in this moment.

        Raises:
            SipgateError: It does not, and still holds what it held.
        """
        document = json.dumps(dict(content)).encode()
        try:
            os.lseek(self.descriptor, 0, os.SEEK_SET)
            _write(self.descriptor, document)
            os.ftruncate(self.descriptor, len(document))
            os.fsync(self.descriptor)
            self.temporary.replace(self.path)
        except OSError as error:
            raise SipgateError(
                f"sipgate has issued a new refresh token, and it cannot be stored in {self.path}: {error.strerror}. "
                "Fix that, and log in again with `sipgate-provider login`, or set a new sipgate:refreshToken."
            ) from None
        # Not every file system knows how to sync a folder.
        with contextlib.suppress(OSError):
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _write(descriptor: int, content: bytes) -> None:
    """All of `content` is on the disk."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def _folder() -> Path:
    try:
        folder = Path(platformdirs.user_state_dir("sipgate-provider", appauthor=False))
    except (RuntimeError, KeyError):
        folder = Path()
    # Where nobody knows the user's home, it is spelled "~".
    if not folder.is_absolute():
        raise ConfigurationError(
            "Refresh tokens are stored in the user's home directory, and there is none; set HOME or "
            "XDG_STATE_HOME to "
            "the absolute path of a folder of your own."
        )
    return folder


def _unusable(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"Refresh tokens are stored in {path.parent}, but {path.name} cannot be used: {why}. Fix that, or remove the "
        "file and log in again with `sipgate-provider login`."
    )


def _unsafe(path: Path, why: str, command: str) -> ConfigurationError:
    return ConfigurationError(
        f"Refresh tokens are stored in {path}, but that {why}, who could use or replace them. If what is there "
        "is yours, "
        f"run `{command} {shell_word(str(path))}`; if not, remove it."
    )
