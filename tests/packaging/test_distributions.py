"""What users install: that nothing is left out of it, and that it works where nothing else is."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

import pytest

import sipgate_provider

IN_PACKAGE = "sipgate_provider/"


def metadata(built: Any) -> Any:
    with zipfile.ZipFile(built.wheel) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(wheel.read(name).decode())


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(built: Any) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert held == {name for name in built.files if name.startswith(IN_PACKAGE)}
    for needed in (
        "__init__.py",
        "py.typed",
        "cli/import_.py",
        "simulator/page/static/overview.css",
        "simulator/templates/login.html",
    ):
        assert IN_PACKAGE + needed in held


def test_the_sdist_is_the_whole_checkout(built: Any) -> None:
    with tarfile.open(built.sdist) as sdist:
        held = {member.name.partition("/")[2] for member in sdist.getmembers()}

    assert held - {"PKG-INFO"} == built.files - {"PKG-INFO"}


def test_the_metadata_of_both_is_valid_and_the_readme_can_be_shown(built: Any) -> None:
    checked = subprocess.run(
        (sys.executable, "-m", "twine", "check", "--strict", built.sdist, built.wheel),
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_metadata_says_what_it_is_and_what_it_runs_on(built: Any) -> None:
    fields = metadata(built)
    pythons = {
        found.group(1)
        for classifier in fields.get_all("Classifier")
        if (found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", classifier))
    }

    assert fields["Name"] == "sipgate-provider"
    # No index accepts a local version.
    assert fields["Version"] == f"{sipgate_provider.__version__}+unpublished"
    assert fields["License-Expression"] == "MIT"
    assert fields["License-File"] == "LICENSE"
    assert fields["Description-Content-Type"] == "text/markdown"
    assert fields["Summary"]
    assert fields["Keywords"]
    assert "Typing :: Typed" in fields.get_all("Classifier")
    # Every supported Python is named, from the oldest that may install it.
    assert fields["Requires-Python"] == f">={min(pythons, key=lambda one: int(one[2:]))}"
    assert f"3.{sys.version_info.minor}" in pythons
    assert {"cli", "simulator"} <= set(fields.get_all("Provides-Extra"))


def test_alone_it_can_be_imported_by_a_program_of_any_folder(environment: Any) -> None:
    alone = environment("")

    ran = alone.run(
        alone.python,
        "-W",
        "error",
        "-c",
        "import sipgate_provider as sipgate\n"
        "for name in sipgate.__all__: getattr(sipgate, name)\n"
        "import sipgate_provider.provider\n"
        "print(sipgate.__version__, sipgate.__file__)",
    )

    assert ran.returncode == 0, ran.stderr
    version, file = ran.stdout.split()
    assert version == sipgate_provider.__version__
    assert Path(file).is_relative_to(alone.folder)


def test_alone_either_command_says_in_one_sentence_how_to_get_the_command_line(
    environment: Any,
) -> None:
    alone = environment("")

    as_module = alone.run(alone.python, "-m", "sipgate_provider", "whoami")
    as_script = alone.run(alone.script, "whoami")

    for ran in (as_module, as_script):
        assert ran.returncode == 1
        assert ran.stdout == ""
        assert ran.stderr.count("\n") == 1
        assert re.search(r"pip install .*/sipgate_provider-\S+\.whl\[cli\]'$", ran.stderr)


@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("whoami",), ("nonsense",), ("import",), ("simulator",)],
    ids=" ".join,
)
def test_the_script_does_what_the_module_does(environment: Any, arguments: tuple[str, ...]) -> None:
    cli = environment("cli")

    as_module = cli.run(cli.python, "-m", "sipgate_provider", *arguments)
    as_script = cli.run(cli.script, *arguments)

    assert as_script.returncode == as_module.returncode
    assert as_script.stdout == as_module.stdout
    # Usage names the program as it was called.
    named = as_module.stderr.replace("python -m sipgate_provider", "sipgate-provider")
    assert as_script.stderr.replace("python -m sipgate_provider", "sipgate-provider") == named
    assert "Traceback" not in as_script.stderr


def test_with_the_command_line_help_lists_the_commands(environment: Any) -> None:
    cli = environment("cli")

    ran = cli.run(cli.script, "--help")

    assert ran.returncode == 0
    assert ran.stdout.startswith("Usage: sipgate-provider ")
    for command in ("delete", "import", "login", "logout", "simulator", "whoami"):
        assert re.search(rf"^  {command} ", ran.stdout, re.MULTILINE)


def test_with_the_command_line_alone_the_simulator_says_what_it_needs(environment: Any) -> None:
    cli = environment("cli")

    ran = cli.run(cli.script, "simulator", "--port", "0")

    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert re.search(r"pip install .*/sipgate_provider-\S+\.whl\[simulator\]'$", ran.stderr)


def test_with_the_simulator_the_script_starts_one_with_its_page(environment: Any) -> None:
    full = environment("simulator")
    with subprocess.Popen(
        (full.script, "simulator", "--port", "0"),
        cwd=full.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout
            said = ""
            while "Ctrl-C" not in said:
                line = process.stdout.readline()
                assert line, said
                said += line
            (page,) = re.findall(r"^In a browser: (\S+)$", said, re.MULTILINE)
            html = urllib.request.urlopen(page, timeout=10).read().decode()
            linked = re.findall(r'(?:href|src)="/?([^":]+\.(?:css|js))"', html)
            for name in linked:
                assert urllib.request.urlopen(page + name, timeout=10).status == 200
        finally:
            process.kill()

    assert len(linked) >= 2


def test_a_type_checker_sees_the_installed_package_s_types(
    environment: Any, tmp_path: Path
) -> None:
    alone = environment("")
    program = tmp_path / "program.py"
    program.write_text(
        "import sipgate_provider as sipgate\n"
        "crm = sipgate.OAuthClient('crm', redirect_uris=['https://crm.example.com/*'])\n"
        "reveal_type(crm.client_secret)\n"
        "sipgate.OAuthClient('crm', redirect_uri=['https://crm.example.com/*'])\n"
    )

    ran = subprocess.run(
        (
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--cache-dir",
            tmp_path / "cache",
            "--python-executable",
            alone.python,
            program,
        ),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert 'Revealed type is "pulumi.output.Output[str]"' in ran.stdout
    assert 'Unexpected keyword argument "redirect_uri"' in ran.stdout
    assert "Found 1 error" in ran.stdout, ran.stdout
