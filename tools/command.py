"""The command line of a tool that gets something onto the machine: it prints where that is, and nothing else there."""

from __future__ import annotations

import argparse
import signal
from typing import TYPE_CHECKING, NoReturn

from tools.engine.progress import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import FrameType


def run(
    argv: Sequence[str] | None,
    locate: Callable[[], Path],
    not_found: type[Exception],
    *,
    prog: str,
    description: str,
    epilog: str,
    interrupted: str = "Interrupted.",
) -> int:
    """Prints what `locate` answers, and answers with the exit status.

    Args:
        argv: The arguments; None for the process's own.
        locate: Finds or installs the program.
        not_found: What it raises where there is none and none can be had.
        prog: What was typed.
        description: What `--help` says before the options.
        epilog: What it says after them.
        interrupted: What is said on Ctrl-C.
    """
    parser(prog=prog, description=description, epilog=epilog).parse_args(argv)
    return finish(locate, not_found, interrupted=interrupted)


def parser(*, prog: str, description: str, epilog: str) -> argparse.ArgumentParser:
    """What reads the arguments: of itself only `--help`, which shows the texts as they are."""
    return argparse.ArgumentParser(
        prog=prog,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def finish(
    locate: Callable[[], Path], not_found: type[Exception], *, interrupted: str = "Interrupted."
) -> int:
    """Prints what `locate` answers, and answers with the exit status; the arguments are as `run` has them."""
    # As exceptions, so that the children are ended on the way out. SIGHUP: the terminal closed,
    # which `nohup` has it ignore.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    try:
        print(locate())
    except KeyboardInterrupt:
        say(interrupted)
        return 130
    except not_found as error:
        say(f"error: {error}")
        return 1
    return 0


def _leave(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
