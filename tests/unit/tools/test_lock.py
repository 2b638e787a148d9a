from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.tools.conftest import ROOT

LOCK = ROOT / "tools" / "requirements.txt"
DEMO = ROOT / "tools" / "demo.txt"
OURS = "sipgate-provider"


def wanted(extra: str) -> set[str]:
    """What the extra asks for, and the extras that it brings."""
    found: set[str] = set()
    extras, seen = ["", extra], {"", extra}
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


def locked(file: Path) -> dict[str, list[str]]:
    """The versions of each package, which can differ by Python."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([\w.\-]+)(?:\[[^]]*\])?==(\S+)", file.read_text(), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


@pytest.mark.parametrize(
    ("file", "line"),
    [
        *((LOCK, line) for line in sorted(wanted("dev"))),
        *((DEMO, line) for line in sorted({*wanted("simulator"), "psutil"})),
    ],
    ids=lambda part: part.name if isinstance(part, Path) else part,
)
def test_a_lock_file_has_what_pyproject_asks_for(file: Path, line: str) -> None:
    requirement = Requirement(line)
    versions = locked(file).get(canonicalize_name(requirement.name), [])
    assert versions, "run `make lock`"
    assert all(requirement.specifier.contains(version) for version in versions), "run `make lock`"


def test_the_demo_has_the_versions_that_development_has() -> None:
    everything = locked(LOCK)
    assert all(set(versions) <= set(everything[name]) for name, versions in locked(DEMO).items())


@pytest.mark.parametrize(("file", "least"), [(LOCK, 100), (DEMO, 50)])
def test_everything_in_a_lock_file_has_a_hash(file: Path, least: int) -> None:
    entries = re.split(
        r"\n(?=\S)", re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE).strip()
    )
    assert len(entries) > least
    assert all("--hash=sha256:" in entry for entry in entries)
