"""Runs the program at the top of README.md on the genuine engine, and inserts the output of `pulumi up` there."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tools.engine import locate, pulumi, scratch_environment
from tools.example import copy_example

_ROOT = Path(__file__).resolve().parents[1]
_BEGIN, _END = "<!-- what `pulumi up` printed: make readme -->\n", "<!-- up to here -->\n"


def write() -> None:
    """Updates README.md with today's output."""
    readme = _ROOT / "README.md"
    readme.write_text(paste(readme.read_text(), up(locate())))


def up(engine: Path) -> str:
    """Returns the output of `pulumi up`.

    Args:
        engine: The folder of the engine's programs.

    Raises:
        ToolError: The command failed. The message is its output.
    """
    with tempfile.TemporaryDirectory(prefix="sipgate-readme-") as name, Simulator() as sipgate:
        folder = Path(name)
        project = folder / "quickstart"
        copy_example("quickstart", project)
        environment = scratch_environment(folder, engine) | {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
        }
        pulumi(("stack", "init", "prod"), project, environment)
        printed = pulumi(("up", "--yes", "--skip-preview"), project, environment)
    # These lines only show that the engine waits.
    lines = [line.rstrip() for line in printed.splitlines() if not line.startswith("@")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def paste(readme: str, printed: str) -> str:
    """Returns README's text with `printed` between its marks."""
    before, rest = readme.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}\n```text\n$ pulumi up --yes --skip-preview\n{printed}\n```\n\n{_END}{after}"
