"""Runs child processes that end with their caller, even if it is interrupted."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections import deque
from typing import IO, TYPE_CHECKING

from tools.errors import CommandFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_GRACE = 3.0  # seconds between SIGTERM and SIGKILL


def answer(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> str:
    """Returns the output of a quick command, such as `--version`.

    Raises:
        CommandFailedError: The command cannot be started, fails, or takes longer than 60 s.
    """
    try:
        return subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        shown = " ".join(map(str, command))
        raise CommandFailedError(f"`{shown}` does not run: {error}") from error


@contextlib.contextmanager
def started(
    command: Sequence[str],
    *,
    stdout: IO[str] | int,
    stderr: IO[str] | int,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Runs a child process for the block. An exception in the block ends the child and its own children.

    Raises:
        CommandFailedError: The command cannot be started.
    """
    try:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            text=True,
            errors="replace",
            # A group of its own, so that Go's compilers can be ended with Go. The terminal's Ctrl-C does not reach
            # it, but the caller's exception ends it.
            start_new_session=True,
        )
    except OSError as error:
        raise CommandFailedError(f"`{command[0]}` cannot be started: {error.strerror}") from error
    try:
        yield child
    except BaseException:
        _end(child)
        raise
    finally:
        for stream in (child.stdout, child.stderr):
            if stream:
                stream.close()


def _end(child: subprocess.Popen[str]) -> None:
    """Ends a child process and every process that it started."""
    try:
        _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        while time.monotonic() < deadline and child.poll() is None:
            time.sleep(0.02)
    finally:
        # In `finally`, in case of a second Ctrl-C. Sent to an ended child as well, whose own children may still run.
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: subprocess.Popen[str], number: signal.Signals) -> None:
    # macOS reports EPERM for a group that contains only zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def follow(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] | None = None,
) -> str:
    """Runs a command and returns its standard output.

    Args:
        command: The program and its arguments.
        cwd: The folder to run it in.
        env: Its environment; by default the caller's.
        on_line: Called with each line of its standard error when it appears.

    Raises:
        CommandFailedError: The command cannot be started or fails.
    """
    tail: deque[str] = deque(maxlen=8)
    with (
        tempfile.TemporaryFile("w+", errors="replace") as answer,
        started(command, stdout=answer, stderr=subprocess.PIPE, cwd=cwd, env=env) as child,
    ):
        assert child.stderr is not None  # noqa: S101 - for mypy
        for line in child.stderr:
            tail.append(line.rstrip())
            if on_line:
                on_line(line.rstrip())
        if child.wait():
            said = " | ".join(line for line in tail if line) or "it said nothing"
            short = shlex.join(command[:3])
            raise CommandFailedError(f"`{short} …` ended with status {child.returncode}: {said}")
        answer.seek(0)
        return answer.read()
