"""A stack on the genuine engine, and the commands that tests run on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.example import copy_example

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Result:
    """The result of a command."""

    code: int
    output: str


@dataclass
class Engine:
    """A stack with its program."""

    project: Path
    environment: dict[str, str]
    host: str = "dynamic"
    log: list[Result] = field(default_factory=list)

    def write(self, program: str, settings: str = "name: trial\nruntime: python\n") -> None:
        """Writes a program for the engine's host, whatever host it was written for."""
        (self.project / "Pulumi.yaml").write_text(settings)
        if self.host == "native":
            program = program.replace(
                "import sipgate_provider as sipgate", "import sipgate_provider.native as sipgate"
            )
        (self.project / "__main__.py").write_text(program)

    def take_example(self, name: str) -> None:
        """Replaces the project with an example's, with a new stack."""
        copy_example(name, self.project)
        self.succeeds("stack", "init", "trial")

    def client(self, **arguments: object) -> None:
        """Writes a program that declares one client and exports it."""
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        self.write(
            "import pulumi\n"
            "import sipgate_provider as sipgate\n"
            f"crm = sipgate.OAuthClient('crm', {given})\n"
            "for name in ('client_id', 'client_secret', 'name', 'description', 'redirect_uris',\n"
            "             'web_origins', 'privacy_url', 'terms_url'):\n"
            "    pulumi.export(name, getattr(crm, name))\n"
        )

    def pulumi(self, *arguments: str, **variables: str) -> Result:
        """Runs the command line; `variables` are added to the environment."""
        run = subprocess.run(
            ("pulumi", *arguments, "--non-interactive", "--color=never"),
            check=False,
            cwd=self.project,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
        self.log.append(Result(run.returncode, run.stdout))
        return self.log[-1]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts the command line, with its output in a file."""
        with (self.project.parent / "started.log").open("wb") as output:
            return subprocess.Popen(
                ("pulumi", *arguments, "--yes", "--skip-preview", "--non-interactive"),
                cwd=self.project,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ours(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs the package's own command line in the project."""
        return self.runs((sys.executable, "-m", "sipgate_provider", *arguments), variables)

    def runs(
        self, command: Sequence[str], variables: Mapping[str, str], timeout: float = 240
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command in the project; `variables` are added to the environment."""
        return subprocess.run(
            command,
            check=False,
            cwd=self.project,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def up(self, *arguments: str, **variables: str) -> Result:
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, **variables)

    def succeeds(self, *arguments: str, **variables: str) -> str:
        """Returns the output of a command, which must succeed."""
        result = self.pulumi(*arguments, **variables)
        assert result.code == 0, result.output
        return result.output

    def outputs(self) -> dict[str, Any]:
        # The exported state, since `stack output` also prints a warning.
        document = json.loads(self.succeeds("stack", "export", "--show-secrets"))
        outputs: dict[str, Any] = _in_clear(stored_outputs(document))
        return outputs

    def resources(self) -> list[Mapping[str, Any]]:
        """Returns the clients in the stored state."""
        document = json.loads(self.succeeds("stack", "export"))
        resources = document["deployment"].get("resources", [])
        return [resource for resource in resources if resource["type"].endswith(":OAuthClient")]


def path_without_environment(engine: Path) -> str:
    """Returns PATH with the engine first, and another Python in place of the environment that runs the tests."""
    ours = str(Path(sys.executable).parent)
    rest = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != ours]
    return os.pathsep.join((str(engine), f"{sys.base_prefix}/bin", *rest))


def stored_outputs(document: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the stack's outputs from an exported state, as they are stored.

    They are found by type, since the state may list a default provider before the stack.
    """
    (stack,) = (
        resource
        for resource in document["deployment"]["resources"]
        if resource["type"] == "pulumi:pulumi:Stack"
    )
    outputs: dict[str, Any] = stack["outputs"]
    return outputs


def _in_clear(value: Any) -> Any:
    """Returns the state with secrets replaced by their values."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return json.loads(value["plaintext"])
        return {name: _in_clear(item) for name, item in value.items()}
    return [_in_clear(item) for item in value] if isinstance(value, list) else value
