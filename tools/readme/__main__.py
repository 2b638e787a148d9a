"""Runs the program at the top of README.md on the genuine engine, and pastes there what was printed.

$ python tools/readme
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.engine import locate  # noqa: E402
from tools.readme import paste, up  # noqa: E402

if __name__ == "__main__":
    README = ROOT / "README.md"
    README.write_text(paste(README.read_text(), up(locate())))
