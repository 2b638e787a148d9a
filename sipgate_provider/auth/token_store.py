"""Stores refresh tokens between runs, each in a small file that only the user can access.

A refresh token can be used once. sipgate returns its successor, and whoever loses the successor is logged out. So the
successor is stored before anything else is done with it. Its file is created before the old token is sent, so that a
folder that cannot be written is detected while nothing is lost, and then replaces the former file atomically. A disk
that fills up meanwhile costs the log-in, which the error says. Files are locked between processes, so that two
deployments do not use the same token.

A file decides where a credential is sent. A file that another user could have written or read is rejected, with the
command that repairs it. Links are rejected as well, and so is a `token_url` that no setting may have.

The file of a token from the settings is named after a hash of that token: the token in the file is its successor.
`login` has a file for each account.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from sipgate_provider.auth.credentials import RefreshToken
from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.http.addresses import problem_with_address
from sipgate_provider.http.waits import PATIENCE_SECONDS, Patience
from sipgate_provider.scrubbing import shell_word
from sipgate_provider.setting_names import SettingNames

__all__ = ["TokenFile", "login_path", "stored_login", "token_path"]

_LOCK_SECONDS = 60.0


def login_path(account: str | None) -> Path:
    """The file in which `login` stores its refresh token."""
    return _folder() / (f"login-{account}.json" if account else "login.json")


def token_path(refresh_token: str, client_id: str, token_url: str) -> Path:
    """The file for the successors of a refresh token from the settings."""
    origin = json.dumps([token_url, client_id, refresh_token]).encode()
    return _folder() / f"refresh-{hashlib.sha256(origin).hexdigest()[:32]}.json"


def stored_login(account: str | None) -> RefreshToken | None:
    """The log-in that `login` has stored for the account, if any.

    Raises:
        ConfigurationError: There is a file, but not one that `login` writes.
    """
    try:
        path = login_path(account)
    except ConfigurationError:
        # Without a home directory nothing is stored, so the error to report is the missing credential.
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
            session=stored.get("session", ""),
            names=SettingNames(account),
        )
    except KeyError as error:
        raise _unusable(path, f"it lacks {error.args[0]}") from None
    if problem := problem_with_address(login.token_url, "https://login.example.com/token"):
        raise _unusable(path, f"its token_url {problem}")
    return login


@dataclass(frozen=True)
class TokenFile:
    """A small file with named text values, such as a refresh token.

    Attributes:
        path: Where it is.
        patience: How many seconds to wait for another process without a word.
    """

    path: Path
    patience: float = PATIENCE_SECONDS

    def read(self) -> dict[str, str] | None:
        """Reads the values; None if there is no file.

        Raises:
            ConfigurationError: It cannot be read, other users can access it, or it holds something else.
        """
        if not self._exists():
            return None
        try:
            document: dict[str, str] = json.loads(self.path.read_bytes())
            for value in document.values():
                # JSON allows lone surrogates, which cannot be sent.
                value.encode()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self.path, str(error.strerror)) from None
        except (ValueError, AttributeError, RecursionError):
            # It is not JSON, not an object, or an object with values other than text.
            raise _unusable(self.path, "it holds something else than was written") from None
        return document

    @contextlib.contextmanager
    def locked(self, seconds: float = _LOCK_SECONDS) -> Iterator[None]:
        """Locks the file against other processes and threads during the block.

        Args:
            seconds: How long to wait for the lock.

        Raises:
            ConfigurationError: Other users can access the folder or the file, or it cannot be used.
            SipgateError: Another process or thread did not release the lock in time.
        """
        lock = FileLock(f"{self.path}.lock", mode=0o600)
        seconds = max(0.0, seconds)
        reason = f"Another process holds {self.path}.lock"

        def is_acquired(seconds: float) -> bool:
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=seconds)
            return lock.is_locked

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._exists()
            acquired = Patience(self.patience).wait(is_acquired, seconds, lambda: reason)
        except OSError as error:
            if error.filename == lock.lock_file:
                raise _unusable(Path(lock.lock_file), str(error.strerror)) from None
            raise _no_folder(self.path.parent, error) from None
        if not acquired:
            raise SipgateError(
                f"Another process has held {self.path}.lock for {seconds:.0f} s; wait for it, or end it."
            )
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def replacement(self) -> Iterator[Callable[[Mapping[str, str]], None]]:
        """Creates a file beside this one, and yields what puts new content there and the file in place of this one.

        Raises:
            ConfigurationError: The folder cannot be written.
            SipgateError: The content cannot be; the file keeps its own.
        """
        try:
            descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f"{self.path.name}.")
            os.close(descriptor)
        except OSError as error:
            raise _unusable(self.path, str(error.strerror)) from None
        try:
            yield partial(self._commit, Path(name))
        finally:
            with contextlib.suppress(OSError):
                Path(name).unlink()

    def write(self, content: Mapping[str, str]) -> None:
        """Replaces the content of the file."""
        with self.replacement() as commit:
            commit(content)

    def _commit(self, temporary: Path, content: Mapping[str, str]) -> None:
        """Replaces the file, safely even if the machine stops in this moment."""
        try:
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(dict(content), file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        except OSError as error:
            raise SipgateError(
                f"sipgate has issued a new refresh token, and it cannot be stored in {self.path}: {error.strerror}. "
                "Fix that, and log in again with `sipgate-provider login`, or set a new sipgate:refreshToken."
            ) from None
        # Not every file system can sync a folder.
        with contextlib.suppress(OSError):
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def remove(self) -> bool:
        """Removes the file; returns whether there was one.

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

    def _exists(self) -> bool:
        """Whether the file exists; raises ConfigurationError if other users can access it or its folder."""
        folder, user = self.path.parent, os.geteuid()
        for path, forbidden, mode in ((folder, 0o022, "700"), (self.path, 0o077, "600")):
            try:
                status = path.stat() if path is folder else path.lstat()
            except (FileNotFoundError, NotADirectoryError):
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


def _folder() -> Path:
    try:
        folder = Path(platformdirs.user_state_dir("sipgate-provider", appauthor=False))
    except (RuntimeError, KeyError):
        folder = Path()
    # Where the home directory is unknown, the path begins with "~".
    if not folder.is_absolute():
        raise ConfigurationError(
            "Refresh tokens are stored in the user's home directory, and there is none; set HOME or "
            "XDG_STATE_HOME to "
            "the absolute path of a folder of your own."
        )
    return folder


def _no_folder(folder: Path, error: OSError) -> ConfigurationError:
    where = f" ({error.filename})" if error.filename else ""
    return ConfigurationError(
        f"Refresh tokens are stored in {folder}, which cannot be used: {error.strerror}{where}. Set HOME or "
        "XDG_STATE_HOME to a folder of your own."
    )


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
