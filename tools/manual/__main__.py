"""Writes the pages of the manual anew."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(_ROOT))

from tools.manual import pages  # noqa: E402 - see above

for page, content in pages().items():
    page.write_text(content)
