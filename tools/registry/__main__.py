"""Writes the registry's pages into docs."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(_ROOT))

from tools.registry import pages  # noqa: E402 - see above

for name, content in pages().items():
    (_ROOT / "docs" / name).write_text(content)
