"""Runs `pulumi import`, which may be stopped at any moment.

**Secrets.** The dynamic provider's document contains the clients' secrets. It reaches the engine through a pipe, never
through a file or an argument, which the Automation API cannot do. The native plugin reads clients itself, so its
document has only ids.

**Signals.** The engine runs in a session of its own, where a Ctrl-C of the terminal does not reach it twice. It is told
of the first SIGINT, SIGTERM or SIGHUP as a SIGINT: it finishes the clients under way, writes the state and releases its
lock. A second one ends it at once. Its output goes to a file without a name and not into a pipe: if this process is
killed, the engine finishes its work instead of dying of SIGPIPE, which would leave the lock. There is no time limit.

**Protection.** Every client enters the state protected. A `pulumi up` that does not know the new program can therefore
not delete it. With `--no-protect` the program says nothing of it, so the first `up` that runs the program ends the
protection.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from sipgate_provider import type_tokens as tokens
from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.errors import SipgateError
from sipgate_provider.http.waits import announced
from sipgate_provider.importing.stack import Stack, pulumi_missing
from sipgate_provider.provider import host_properties

__all__ = ["dynamic_document", "generate_program", "import_clients", "native_document"]

# The engine's mark of a secret; the signatures are part of Pulumi's protocol.
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOOK_SECONDS = 0.2
_SHOWN_LINES = 20


def dynamic_document(clients: Mapping[str, OAuthClientState], account: str | None) -> str:
    """The complete state of clients of the dynamic provider, by resource name, with their secrets."""
    host = host_properties(account)
    return json.dumps(
        {"resources": [_resource(name, client, host) for name, client in clients.items()]}
    )


def native_document(clients: Mapping[str, OAuthClientState], provider: str | None) -> str:
    """The ids of clients that the native plugin reads, by resource name, without any secret.

    Args:
        clients: The clients.
        provider: The URN of the provider resource that serves them; None for the default provider.
    """
    resources: list[dict[str, str]] = [
        {"type": tokens.NATIVE, "name": name, "id": client.client_id}
        for name, client in clients.items()
    ]
    if provider is None:
        return json.dumps({"resources": resources}, indent=2)
    name = provider.split("::", 3)[3]
    for resource in resources:
        resource["provider"] = name
    return json.dumps({"nameTable": {name: provider}, "resources": resources}, indent=2)


def import_clients(stack: Stack, document: str, show: Callable[[int, bool], None]) -> None:
    """Imports the clients of the document, protected; sends nothing to sipgate but the native plugin's reads.

    Args:
        stack: The stack.
        document: The document.
        show: Is told now and then how many clients have been imported, and whether the engine is stopping.

    Raises:
        SipgateError: The engine refused, was stopped or was killed; some clients may be in the state.
    """
    _run(stack, document, show, "--generate-code=false", "--protect", "--skip-preview", "--yes")


def generate_program(stack: Stack, document: str, out: Path, *, protect: bool) -> None:
    """Has Pulumi write the program that declares clients in the state, in the project's language; changes nothing.

    Args:
        stack: The stack.
        document: The native document of the clients.
        out: The file to write, in part if this fails.
        protect: Whether the program protects them.

    Raises:
        SipgateError: The engine was stopped, or the language's host generates no programs.
    """
    protection = f"--protect={str(protect).lower()}"
    _run(
        stack, document, lambda *_: None, "--preview-only", protection, "--out", str(out.resolve())
    )


def _run(stack: Stack, document: str, show: Callable[[int, bool], None], *options: str) -> None:
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise pulumi_missing()
    reading, writing = os.pipe()
    # The document may not fit into a pipe, so a thread writes it while the engine reads.
    writer = threading.Thread(target=_write, args=(writing, document.encode()), daemon=True)
    writer.start()
    selected = ("--stack", stack.name) if stack.name else ()
    with (
        tempfile.TemporaryFile() as output,
        _ends() as ends,
        announced("`pulumi import` has not finished"),
    ):
        process = subprocess.Popen(  # noqa: S603  Pulumi's command line with arguments of ours
            (
                *(pulumi, "import", "--file", f"/dev/fd/{reading}", *options, *selected),
                *("--non-interactive", "--color=never"),
            ),
            cwd=stack.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(reading,),
            start_new_session=True,
        )
        os.close(reading)
        told = 0
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_SECONDS)
                break
            for _ in ends[told:]:
                process.send_signal(signal.SIGINT)
                told += 1
            show(_text(output.fileno()).count(" imported ("), told > 0)
        writer.join()
        printed = _text(output.fileno())
    if process.returncode == 0:
        return
    if told:
        raise SipgateError(f"`pulumi import` was stopped by {signal.Signals(ends[0]).name}.")
    if process.returncode < 0:
        name = signal.Signals(-process.returncode).name
        raise SipgateError(
            f"`pulumi import` was killed by {name}, so the stack may be locked: `pulumi cancel` removes the lock."
        )
    _, heading, diagnostics = printed.rpartition("Diagnostics:")
    lines = diagnostics.strip() if heading else "\n".join(printed.splitlines()[-_SHOWN_LINES:])
    raise SipgateError(f"`pulumi import` failed.\n{lines}")


@contextlib.contextmanager
def _ends() -> Iterator[list[int]]:
    """Collects the signals that ask this process to end, instead of ending."""
    ends: list[int] = []

    def collect(number: int, _: FrameType | None) -> None:
        ends.append(number)

    # After `nohup` a lost terminal is no reason to end.
    before = {
        number: signal.getsignal(number)
        for number in _ENDS
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN
    }
    for number in before:
        signal.signal(number, collect)
    try:
        yield ends
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _text(descriptor: int) -> str:
    """What the file holds, read without moving its position, which the engine writes at."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")


def _resource(name: str, client: OAuthClientState, host: Mapping[str, str]) -> dict[str, object]:
    document = client.properties()
    inputs = {key: document[key] for key in WRITABLE} | dict(host)
    secret = client.client_secret and _SECRET | {"plaintext": json.dumps(client.client_secret)}
    outputs = inputs | {"clientId": client.client_id, "clientSecret": secret}
    return {
        "type": tokens.DYNAMIC,
        "name": name,
        "id": client.client_id,
        "inputs": inputs,
        "outputs": outputs,
    }


def _write(descriptor: int, content: bytes) -> None:
    # If the engine ends without reading everything, its output says why.
    with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as pipe:
        pipe.write(content)
