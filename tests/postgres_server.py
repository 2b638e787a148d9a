"""A genuine PostgreSQL server for a test: on loopback, with TLS only, as an unprivileged user."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

ADMINISTRATOR = "administrator"
PASSWORD = "only-for-this-test"
_TRIES = 5


@dataclass(frozen=True)
class Postgres:
    """A running server.

    Attributes:
        programs: The folder with its programs.
        port: Port on 127.0.0.1.
        authority: Certificate, in PEM format, of the authority that issued the server's certificate.
    """

    programs: Path
    port: int
    authority: Path

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables for PostgreSQL clients."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(self.authority),
        }

    def sql(self, *arguments: str | Path, script: str = "") -> str:
        """Runs psql as the administrator with `script` as its standard input, and returns its output."""
        login = {"PGUSER": ADMINISTRATOR, "PGPASSWORD": PASSWORD, "PGDATABASE": "postgres"}
        done = subprocess.run(
            (self.programs / "psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", *arguments),
            check=False,
            env=_clean_environment() | self.variables | login,
            input=script,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def running(programs: Path) -> Iterator[Postgres]:
    """Runs a new server with empty databases during the block."""
    # Not below pytest's folder, which the server's user cannot read.
    with tempfile.TemporaryDirectory(prefix="sipgate-postgres-") as name:
        folder = Path(name)
        identity = _identity()
        authority = _certificates(folder)
        for path in (folder, *folder.iterdir()):
            if identity:
                os.chown(path, identity["user"], identity["group"])
        _initialise(programs, folder, identity)
        process, port = _start(programs, folder, identity)
        try:
            yield Postgres(programs, port, authority)
        finally:
            # A fast shutdown, which closes connections.
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            finally:
                process.kill()
                process.wait()


def _identity() -> dict[str, Any]:
    """Returns the user for the server, which refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _certificates(folder: Path) -> Path:
    authority, readable = trustme.CA(), folder / "authority.pem"
    authority.cert_pem.write_to_path(readable)
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "server.key")
    (folder / "server.key").chmod(0o600)
    certificate.cert_chain_pems[0].write_to_path(folder / "server.crt")
    return readable


def _initialise(programs: Path, folder: Path, identity: dict[str, Any]) -> None:
    (folder / "password").write_text(PASSWORD)
    subprocess.run(
        (
            programs / "initdb",
            f"--pgdata={folder / 'data'}",
            f"--username={ADMINISTRATOR}",
            f"--pwfile={folder / 'password'}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ),
        check=True,
        cwd=folder,
        env=_clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        **identity,
    )
    # Connections without TLS are refused.
    (folder / "data/pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")


def _start(
    programs: Path, folder: Path, identity: dict[str, Any]
) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(_TRIES):
        # PostgreSQL does not accept port 0, so another process may have taken the port by the time it starts.
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "ssl": "on",
            "ssl_cert_file": str(folder / "server.crt"),
            "ssl_key_file": str(folder / "server.key"),
            "fsync": "off",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                (programs / "postgres", "-D", folder / "data", *options),
                cwd=folder,
                env=_clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **identity,
            )
        if _ready(process, folder / "data/postmaster.pid"):
            return process, port
    raise RuntimeError((folder / "log").read_text())


def _ready(process: subprocess.Popen[bytes], pid_file: Path) -> bool:
    """Waits until the server accepts connections or has ended, and returns whether it accepts them."""
    ends = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < ends:
        # Reads the server's own file, since another server could be listening on the port.
        if pid_file.exists() and pid_file.read_text().rstrip().endswith("ready"):
            return True
        time.sleep(0.05)
    process.kill()
    process.wait()
    return False
