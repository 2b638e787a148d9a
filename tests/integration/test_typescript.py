"""The native plugin from TypeScript: the SDK generated from the schema, checked by the compiler, run on the engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.plugin.examples import EXAMPLES
from sipgate_provider.plugin.schema import text
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.engine_stack import ROOT, Engine
from tools import sdk, typescript

SETTINGS = "name: trial\nruntime: nodejs\n"


@dataclass
class TypeScript:
    """A program in TypeScript, in the project of a stack, beside the SDK."""

    engine: Engine
    packages: Path
    node: Path

    @property
    def program(self) -> Path:
        return self.engine.project / "program.ts"

    def compiles(self) -> subprocess.CompletedProcess[str]:
        compiler = self.packages / "typescript" / "bin" / "tsc"
        return self.engine.runs((str(self.node), str(compiler), "--project", "."), {})

    def run(self, command: str, **variables: str) -> Any:
        """What was done; it has to succeed."""
        done = self.engine.runs((str(self.node), "run.js", command), variables)
        assert done.returncode == 0, done.stdout + done.stderr
        assert DEMO_TOKEN not in done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nodejs")
    schema = folder / "schema.json"
    schema.write_text(text())
    return sdk.generate("nodejs", schema, folder / "sdk")


@pytest.fixture
def trial(engine: Engine, generated: Path) -> TypeScript:
    packages = typescript.locate()
    engine.write("", SETTINGS)
    shutil.copytree(generated, engine.project / "sdk")
    for name in ("program.ts", "run.ts", "tsconfig.json"):
        shutil.copy2(ROOT / "tests" / "typescript" / name, engine.project)
    (engine.project / "node_modules").symlink_to(packages)
    return TypeScript(engine, packages, typescript.node().node)


@pytest.fixture
def eu(engine: Engine) -> Iterator[Simulator]:
    """Another sipgate, which the environment names."""
    with Simulator() as other:
        engine.environment["SIPGATE_EU_BASE_URL"] = other.base_url
        engine.succeeds("config", "set", "eu:tokenId", DEMO_TOKEN_ID)
        engine.succeeds("config", "set", "--secret", "eu:token", DEMO_TOKEN)
        yield other


def test_a_typed_program_makes_clients_in_two_accounts_keeps_and_deletes_them(
    trial: TypeScript, sipgate: Simulator, eu: Simulator
) -> None:
    compiled = trial.compiles()
    assert (compiled.returncode, compiled.stdout + compiled.stderr) == (0, "")

    created = trial.run("up")

    (crm,) = sipgate.account.clients()
    (dialler,) = eu.account.clients()
    assert created["changes"] == {"create": 4}
    assert crm["redirectUris"] == ["https://crm.example.com/callback"]
    assert dialler["name"] == "EU dialler"
    assert dialler["description"] == f"beside {crm['name']}"
    assert dialler["redirectUris"] == ["https://eu.example.com/*"]
    assert dialler["webOrigins"] == ["https://eu.example.com"]
    assert created["outputs"] == {
        "clientId": {"value": crm["clientId"], "secret": False},
        "clientSecret": {"value": crm["clientSecret"], "secret": True},
        "dialler": {"value": dialler["clientId"], "secret": False},
        "found": {"value": crm["name"], "secret": False},
        "foundUris": {"value": "https://crm.example.com/callback", "secret": False},
        "ours": {"value": [dialler["clientId"]], "secret": False},
    }
    state = trial.engine.succeeds("stack", "export")
    for secret in (crm["clientSecret"], dialler["clientSecret"], DEMO_TOKEN):
        assert secret not in state
    sipgate.clear_requests()
    eu.clear_requests()

    again = trial.run("up")

    assert again == {"changes": {"same": 4}, "outputs": created["outputs"]}
    for account in (sipgate, eu):
        assert {request.method for request in account.requests} == {"GET"}

    destroyed = trial.run("destroy")

    assert destroyed["changes"] == {"delete": 4}
    assert not sipgate.account.clients()
    assert not eu.account.clients()


ONE_CLIENT = """
import * as sipgate from "./sdk";

export async function program() {
    const provider = new sipgate.Provider("explicit", { account: process.env.ACCOUNT });
    new sipgate.OAuthClient("crm", { redirectUris: ["https://crm.example.com"] }, { provider });
}
"""


def test_what_an_explicit_provider_takes_from_the_environment_is_not_in_the_state(
    trial: TypeScript, sipgate: Simulator
) -> None:
    trial.program.write_text(ONE_CLIENT)
    assert trial.compiles().returncode == 0

    trial.run("up")

    assert len(sipgate.account.clients()) == 1
    assert DEMO_TOKEN not in trial.engine.succeeds("stack", "export")


def test_an_account_that_is_named_is_that_of_its_own_variables(
    trial: TypeScript, sipgate: Simulator
) -> None:
    trial.program.write_text(ONE_CLIENT)
    assert trial.compiles().returncode == 0

    with Simulator() as other:
        trial.run(
            "up",
            ACCOUNT="eu",
            SIPGATE_EU_BASE_URL=other.base_url,
            SIPGATE_EU_TOKEN_ID=DEMO_TOKEN_ID,
            SIPGATE_EU_TOKEN=DEMO_TOKEN,
        )

        assert len(other.account.clients()) == 1
    assert not sipgate.account.clients()


def test_a_program_goes_on_with_the_clients_of_the_dynamic_provider(
    trial: TypeScript, sipgate: Simulator
) -> None:
    trial.engine.client(redirect_uris=["https://crm.example.com"])
    trial.engine.succeeds("up", "--yes", "--skip-preview")
    clients = sipgate.account.clients()
    sipgate.clear_requests()
    trial.engine.write("", SETTINGS)
    trial.program.write_text(
        'import * as sipgate from "./sdk";\n'
        "export async function program() {\n"
        '    new sipgate.OAuthClient("crm", { redirectUris: ["https://crm.example.com"] });\n'
        "}\n"
    )
    assert trial.compiles().returncode == 0

    moved = trial.run("up")

    assert moved["changes"] == {"same": 2}
    assert not sipgate.requests
    assert sipgate.account.clients() == clients
    (resource,) = trial.engine.resources()
    assert (resource["type"], resource["id"]) == (
        "sipgate:index:OAuthClient",
        clients[0]["clientId"],
    )


LOOKUPS = """
import * as sipgate from "./sdk";

export async function program() {
    const plain = await sipgate.getOAuthClient({ name: "legacy" });
    const all = await sipgate.getOAuthClients({ name: "legacy" });
    return {
        plain: plain.clientSecret,
        all: all.clients[0].clientSecret,
        kept: sipgate.getOAuthClientOutput({ name: "legacy" }).clientSecret,
        allKept: sipgate.getOAuthClientsOutput({ name: "legacy" }).clients[0].clientSecret,
    };
}
"""


def test_a_lookup_keeps_the_secret_in_the_form_of_an_output_and_not_as_a_promise(
    trial: TypeScript, sipgate: Simulator
) -> None:
    legacy = sipgate.account.add_client(name="legacy", redirectUris=["https://old.example.com"])
    trial.program.write_text(LOOKUPS)
    assert trial.compiles().returncode == 0

    outputs = trial.run("up")["outputs"]

    secret = legacy["clientSecret"]
    assert outputs == {
        "plain": {"value": secret, "secret": False},
        "all": {"value": secret, "secret": False},
        "kept": {"value": secret, "secret": True},
        "allKept": {"value": secret, "secret": True},
    }


def test_the_examples_in_the_sdk_s_comments_compile(trial: TypeScript) -> None:
    sources = "".join(file.read_text() for file in (trial.engine.project / "sdk").glob("*.ts"))
    for number, (token, examples) in enumerate(EXAMPLES.items()):
        code = examples["typescript"]
        comment = "".join(f" * {line}\n" for line in code.splitlines()).replace("*/", "*&#47;")
        assert comment in sources, token
        (trial.engine.project / f"example{number}.ts").write_text(
            'import * as pulumi from "@pulumi/pulumi";\nimport * as sipgate from "./sdk";\n'
            f"{code}\nexport const used = [pulumi, crm];\n"
        )
    config = trial.engine.project / "tsconfig.json"
    config.write_text(
        config.read_text().replace('"run.ts"', '"example0.ts", "example1.ts", "example2.ts"')
    )
    compiled = trial.compiles()

    assert (compiled.returncode, compiled.stdout) == (0, "")
    assert len(list(trial.engine.project.glob("example*.js"))) == 3


# A language host of a version that writes no programs.
NO_GENERATOR = f"""#!{sys.executable}
import signal
from concurrent.futures import ThreadPoolExecutor
import grpc
from pulumi.runtime.proto import language_pb2 as messages, language_pb2_grpc as language, plugin_pb2 as plugin

class Host(language.LanguageRuntimeServicer):
    def GetPluginInfo(self, request, context):
        return plugin.PluginInfo(version="1.0.0")

    def GetRequiredPackages(self, request, context):
        return messages.GetRequiredPackagesResponse()

signal.signal(signal.SIGINT, signal.SIG_DFL)
server = grpc.server(ThreadPoolExecutor())
language.add_LanguageRuntimeServicer_to_server(Host(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
"""


def test_clients_enter_the_stack_where_the_host_writes_no_program_and_what_would_is_printed(
    trial: TypeScript, sipgate: Simulator, tmp_path: Path
) -> None:
    clients = [
        sipgate.account.add_client(name=name, redirectUris=["https://crm.example.com"])
        for name in ("crm", "phone")
    ]
    (tmp_path / "hosts").mkdir()
    host = tmp_path / "hosts" / "pulumi-language-nodejs"
    host.write_text(NO_GENERATOR)
    host.chmod(0o755)
    path = os.pathsep.join((str(host.parent), trial.engine.environment["PATH"]))

    done = trial.engine.ours("import", "--all", "--no-protect", PATH=path)

    assert done.returncode == 1
    assert "has written no program in 'nodejs'" in done.stderr
    assert "pulumi import --file import.json --preview-only --out FILE" in done.stderr
    assert json.loads(done.stdout) == {
        "resources": [
            {"type": "sipgate:index:OAuthClient", "name": one["name"], "id": one["clientId"]}
            for one in clients
        ]
    }
    assert [one["protect"] for one in trial.engine.resources()] == [True, True]
    trial.program.write_text(
        'import * as sipgate from "./sdk";\n'
        "export async function program() {\n"
        '    for (const name of ["crm", "phone"]) {\n'
        "        new sipgate.OAuthClient(name, {\n"
        '            name, redirectUris: ["https://crm.example.com"], description: "", webOrigins: [],\n'
        "        });\n"
        "    }\n"
        "}\n"
    )
    assert trial.compiles().returncode == 0
    assert trial.run("up")["changes"] == {"same": 3}
    assert sipgate.account.clients() == clients
    assert not any(one.get("protect") for one in trial.engine.resources())


def test_the_compiler_tells_what_cannot_work_by_line(trial: TypeScript) -> None:
    mistakes = (
        ('new sipgate.OAuthClient("a", {});', "'redirectUris' is missing"),
        ('new sipgate.OAuthClient("b", { redirectUris: "https://b" });', "'string' is not assig"),
        ('new sipgate.OAuthClient("c", { redirectUris: [], origins: [] });', "'origins' does not"),
        ('new sipgate.Provider("d", { parallel: "many" });', "'string' is not assignable"),
        ('new sipgate.Provider("e", { tokenID: "t" });', "'tokenID' does not exist"),
        ('sipgate.getOAuthClientOutput({ id: "f" });', "'id' does not exist"),
        ('sipgate.getOAuthClientOutput({ name: "g" }).nam;', "'nam' does not exist"),
    )
    body = "\n".join(line for line, _ in mistakes)
    trial.program.write_text(
        f'import * as sipgate from "./sdk";\n{body}\nexport async function program() {{}}\n'
    )

    compiled = trial.compiles()

    assert compiled.returncode != 0
    # What belongs to the same error is indented.
    found = re.split(r"\n(?=\S)", compiled.stdout.strip())
    for (line, complaint), (number, said) in zip(mistakes, enumerate(found, 2), strict=True):
        assert said.startswith(f"program.ts({number},"), line
        assert complaint in said
    assert not (trial.engine.project / "run.js").exists()


def test_the_generator_as_a_command_writes_the_same_sdk(generated: Path, tmp_path: Path) -> None:
    command = (
        sys.executable,
        str(ROOT / "tools"),
        "sdk",
        "nodejs",
        str(generated.parent / "schema.json"),
    )
    run = subprocess.run(
        (*command, str(tmp_path / "out")), check=False, capture_output=True, text=True
    )

    assert (run.returncode, run.stdout) == (0, f"{tmp_path / 'out'}\n")
    assert contents(tmp_path / "out") == contents(generated)


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}
