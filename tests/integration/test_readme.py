"""What README.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

from tests.engine_stack import ROOT
from tools.readme import paste, up


def test_the_output_in_the_readme_is_what_pulumi_up_prints(engine_folder: Path) -> None:
    readme = (ROOT / "README.md").read_text()

    assert _settled(paste(readme, up(engine_folder))) == _settled(readme)


def _settled(text: str) -> str:
    """The text without ids and durations, which are others every time, and whatever the order of events."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    text = re.sub(r"\(?\d+(\.\d+)?s\)?", "<time>", text)
    return "\n".join(sorted(line.rstrip() for line in text.splitlines() if line.strip()))
