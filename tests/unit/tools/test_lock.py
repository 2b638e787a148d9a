from __future__ import annotations

import re
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.tools.conftest import ROOT

LOCK = ROOT / "tools" / "requirements.txt"
OURS = "sipgate-provider"


def wanted() -> set[str]:
    """What the extra `dev` asks for, and the extras that it brings."""
    found: set[str] = set()
    extras, seen = ["", "dev"], {"", "dev"}
    while extras:
        extra = extras.pop()
        for line in requires(OURS) or ():
            one = Requirement(line)
            if one.marker and not one.marker.evaluate({"extra": extra}):
                continue
            if canonicalize_name(one.name) == OURS:
                extras += one.extras - seen
                seen |= one.extras
            else:
                found.add(f"{one.name}{one.specifier}")
    return found


def locked() -> dict[str, list[str]]:
    """The versions of each package, which can differ by Python."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([\w.\-]+)(?:\[[^]]*\])?==(\S+)", LOCK.read_text(), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


@pytest.mark.parametrize("line", sorted(wanted()))
def test_the_lock_file_has_what_pyproject_asks_for(line: str) -> None:
    requirement = Requirement(line)
    versions = locked().get(canonicalize_name(requirement.name), [])
    assert versions, "run `make lock`"
    assert all(requirement.specifier.contains(version) for version in versions), "run `make lock`"


def test_everything_in_the_lock_file_has_a_hash() -> None:
    entries = re.split(
        r"\n(?=\S)", re.sub(r"^#.*\n", "", LOCK.read_text(), flags=re.MULTILINE).strip()
    )
    assert len(entries) > 100
    assert all("--hash=sha256:" in entry for entry in entries)
