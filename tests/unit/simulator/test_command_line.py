from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = [sys.executable, "-m", "sipgate_provider"]


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Starts the simulator's process, and yields it with its greeting."""
    process = subprocess.Popen(
        [*PROGRAM, "simulator", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        assert process.stdout
        greeting = ""
        while "Ctrl-C" not in greeting:
            line = process.stdout.readline()
            assert line, greeting
            greeting += line
        try:
            yield process, greeting
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """Sends the signal, and returns the exit code and the remaining output of the process."""
    process.send_signal(number)
    output, _ = process.communicate(timeout=10)
    return process.returncode, output


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)


def test_what_it_prints_can_be_pasted_and_used() -> None:
    with running() as (_, greeting):
        exported = dict(re.findall(r"^ *export (\w+)=(\S+)$", greeting, re.MULTILINE))

        answer = requests.get(
            exported["SIPGATE_BASE_URL"] + "/authorization/oauth2/clients",
            auth=(exported["SIPGATE_TOKEN_ID"], exported["SIPGATE_TOKEN"]),
            timeout=5,
        )

    assert answer.json() == {"data": []}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_exit_code_0_and_without_a_traceback(number: signal.Signals) -> None:
    with running() as (process, _):
        code, output = ended(process, number)

    assert code == 0
    assert "Traceback" not in output


@pytest.mark.parametrize("option", ["--latency", "--token-life"])
@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e300"])
def test_an_invalid_duration_is_refused(option: str, value: str) -> None:
    ran = run(*PROGRAM, "simulator", "--port", "0", option, value)

    assert ran.returncode == 2
    assert option in ran.stderr


def test_each_request_is_shown_on_a_separate_line() -> None:
    with running() as (process, greeting):
        (url,) = re.findall(r"SIPGATE_BASE_URL=(\S+)", greeting)
        requests.get(f"{url}/none", auth=("token", "hunter2"), timeout=5)
        requests.patch(f"{url}/authorization/oauth2/clients", timeout=5)
        _, output = ended(process, signal.SIGINT)

    assert re.search(r"^\d\d:\d\d:\d\d GET /v2/none 404 \d+ ms$", output, re.MULTILINE)
    assert re.search(r" PATCH /v2/authorization/oauth2/clients 405 \d+ ms$", output, re.MULTILINE)
    assert "hunter2" not in output


def test_latency_and_token_life_reach_the_simulator() -> None:
    with running("--latency", "0.1", "--token-life", "17") as (_, greeting):
        (url,) = re.findall(r"http\S+/token$", greeting, re.MULTILINE)
        form = {
            "grant_type": "password",
            "client_id": "sipgate-app-web",
            "username": "demo@example.com",
            "password": "password",
        }
        answer = requests.post(url, data=form, timeout=5)

    assert answer.json()["expires_in"] == 17
    assert answer.elapsed.total_seconds() >= 0.1


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = run(*PROGRAM, "simulator", "--port", port)

    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert port in ran.stderr


def test_an_address_that_others_can_reach_needs_an_option() -> None:
    ran = run(*PROGRAM, "simulator", "--port", "0", "--host", "0.0.0.0")

    assert ran.returncode == 2
    assert "--allow-remote" in ran.stderr
    with running("--host", "0.0.0.0", "--allow-remote"):
        pass


def test_help_says_how_to_point_the_provider_at_it() -> None:
    ran = run(*PROGRAM, "simulator", "--help")

    assert ran.returncode == 0
    for variable in ("SIPGATE_BASE_URL", "SIPGATE_TOKEN_ID", "SIPGATE_TOKEN"):
        assert variable in ran.stdout


def test_help_says_how_to_add_a_fault_and_that_works() -> None:
    help_text = run(*PROGRAM, "simulator", "--help").stdout
    (fault,) = re.findall(r"--json '(.*)'", help_text)

    assert "http://127.0.0.1:15060/_simulator/faults" in help_text
    with running() as (_, greeting):
        (page,) = re.findall(r"^In a browser: (\S+)$", greeting, re.MULTILINE)
        requests.post(f"{page}_simulator/faults", data=fault, timeout=5)

        assert requests.get(f"{page}v2/none", timeout=5).status_code == 503
        assert requests.get(page, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("absent", "arguments", "extra"),
    [
        ("click", [], "cli"),
        ("starlette", ["simulator"], "simulator"),
        ("uvicorn", ["simulator"], "simulator"),
        ("jinja2", ["simulator"], "simulator"),
    ],
)
def test_without_an_optional_package_one_sentence_says_how_to_get_it(
    absent: str, arguments: list[str], extra: str
) -> None:
    program = f"""
import importlib.abc, runpy, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {absent!r}:
            raise ModuleNotFoundError("No module named " + name, name=name)

sys.meta_path.insert(0, Absent())
sys.argv[1:] = {arguments!r}
runpy.run_module("sipgate_provider", run_name="__main__")
"""
    ran = run(sys.executable, "-c", program)

    assert ran.returncode == 1
    # What the package was installed from, and not the package's name, which an index may know.
    assert re.search(rf"pip install .*'/\S+\[{extra}\]'$", ran.stderr)
    assert ran.stderr.count("\n") == 1


def test_importing_the_command_line_loads_no_web_framework() -> None:
    program = (
        "import sipgate_provider.cli, sys; print({'starlette', 'uvicorn'} & sys.modules.keys())"
    )

    assert run(sys.executable, "-c", program).stdout.strip() == "set()"


def test_with_tls_a_fourth_line_names_the_certificate_to_trust() -> None:
    with running("--tls") as (process, greeting):
        exported = dict(re.findall(r"^ *export (\w+)=(\S+)$", greeting, re.MULTILINE))
        ca_file = Path(exported["REQUESTS_CA_BUNDLE"])

        answer = requests.get(
            exported["SIPGATE_BASE_URL"] + "/authorization/oauth2/clients",
            auth=(exported["SIPGATE_TOKEN_ID"], exported["SIPGATE_TOKEN"]),
            verify=str(ca_file),
            timeout=5,
        )
        code, _ = ended(process, signal.SIGINT)

    assert answer.json() == {"data": []}
    assert (code, ca_file.exists()) == (0, False)


def created_until_it_dies(url: str, auth: tuple[str, str], ids: list[str]) -> None:
    """Creates one client after another; `ids` gets those for which there was a response."""
    body = {"name": "", "description": "", "privacyUrl": "", "termsUrl": ""}
    with requests.Session() as session, suppress(requests.RequestException):
        while True:
            answer = session.post(
                url, json=body | {"redirectUris": [], "webOrigins": []}, auth=auth, timeout=5
            )
            answer.raise_for_status()
            ids.append(answer.json()["clientId"])


def clients_url(greeting: str) -> tuple[str, tuple[str, str]]:
    exported = dict(re.findall(r"^ *export (\w+)=(\S+)$", greeting, re.MULTILINE))
    url = exported["SIPGATE_BASE_URL"] + "/authorization/oauth2/clients"
    return url, (exported["SIPGATE_TOKEN_ID"], exported["SIPGATE_TOKEN"])


def test_every_client_that_was_answered_is_in_the_file_when_the_process_is_killed(
    tmp_path: Path,
) -> None:
    ids: list[str] = []
    for _ in range(3):
        aim = len(ids) + 40
        with (
            running("--file", str(tmp_path / "sipgate.json")) as (process, greeting),
            ThreadPoolExecutor(4) as pool,
        ):
            url, auth = clients_url(greeting)
            for _ in range(4):
                pool.submit(created_until_it_dies, url, auth, ids)
            while len(ids) < aim and process.poll() is None:
                time.sleep(0.001)
            process.kill()

    with running("--file", str(tmp_path / "sipgate.json")) as (_, greeting):
        url, auth = clients_url(greeting)
        kept = {
            client["clientId"] for client in requests.get(url, auth=auth, timeout=5).json()["data"]
        }

    assert len(ids) >= 120
    assert set(ids) <= kept
    # What was in flight may have been made without an answer: one for each caller and process.
    assert len(kept) <= len(ids) + 12


def test_it_says_where_clients_are_kept_and_a_second_one_is_told_so_in_one_sentence(
    tmp_path: Path,
) -> None:
    file = str(tmp_path / "sipgate.json")
    with running("--file", file) as (_, greeting):
        second = run(*PROGRAM, "simulator", "--port", "0", "--file", file)

    assert f"kept in {file}" in greeting
    assert second.returncode == 1
    assert second.stderr == (
        f"Error: {file} is in use by another simulator. Stop that one, or use another file.\n"
    )


def test_a_reader_that_leaves_does_not_end_it() -> None:
    with running() as (process, greeting):
        url, auth = clients_url(greeting)
        assert process.stdout
        process.stdout.close()

        statuses = [requests.get(url, auth=auth, timeout=5).status_code for _ in range(3)]

        assert statuses == [200, 200, 200]
        assert process.poll() is None


def test_it_starts_with_the_clients_that_clients_prints(tmp_path: Path) -> None:
    with running() as (_, greeting):
        url, auth = clients_url(greeting)
        body = {"name": "crm", "description": "", "redirectUris": [], "webOrigins": []}
        client = requests.post(url, json=body, auth=auth, timeout=5).json()
        environment = dict(re.findall(r"^ *export (\w+)=(\S+)$", greeting, re.MULTILINE))
        listed = subprocess.run(
            [*PROGRAM, "clients", "--json"],
            env={**os.environ, **environment},
            cwd=tmp_path,
            capture_output=True,
            timeout=30,
            check=True,
        )
    seed = tmp_path / "clients.json"
    seed.write_bytes(listed.stdout)

    with running("--seed", str(seed)) as (_, greeting):
        url, auth = clients_url(greeting)
        (found,) = requests.get(url, auth=auth, timeout=5).json()["data"]

    del client["clientSecret"]
    assert found.pop("clientSecret")
    assert found == client


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("null", "Input should be an object"),
        ('{"clients": [{}]}', "clients.0.name: Field required"),
    ],
)
def test_an_invalid_seed_is_one_sentence(tmp_path: Path, content: str, said: str) -> None:
    seed = tmp_path / "clients.json"
    seed.write_text(content)

    ran = run(*PROGRAM, "simulator", "--port", "0", "--seed", str(seed))

    assert ran.returncode == 1
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_the_demo_credentials_have_the_scopes_of_the_option_alone() -> None:
    with running("--scopes", "authorization:oauth2:clients:read") as (_, greeting):
        url, auth = clients_url(greeting)

        assert requests.get(url, auth=auth, timeout=5).status_code == 200
        assert requests.delete(f"{url}/none", auth=auth, timeout=5).status_code == 403
    ran = run(*PROGRAM, "simulator", "--port", "0", "--scopes", "read")
    assert ran.returncode == 2
    assert "authorization:oauth2:clients:read" in ran.stderr


def test_a_body_without_the_two_urls_is_refused_if_all_fields_are_required() -> None:
    body = {"name": "crm", "description": "", "redirectUris": [], "webOrigins": []}
    with running("--require-all-fields") as (process, greeting):
        url, auth = clients_url(greeting)
        answer = requests.post(url, json=body, auth=auth, timeout=5)
        _, output = ended(process, signal.SIGINT)

    assert (answer.status_code, answer.text) == (500, "")
    assert re.search(r"POST \S+ 500 \d+ ms: .*privacyUrl: Field required", output)
