"""One stack of one program on the genuine engine, and what tests ask of its command line."""

from __future__ import annotations

import json
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
    """One run of the engine's command line."""

    code: int
    output: str


@dataclass
class Engine:
    """One stack of one program."""

    project: Path
    environment: dict[str, str]
    host: str = "dynamic"
    log: list[Result] = field(default_factory=list)

    def write(self, program: str, settings: str = "name: trial\nruntime: python\n") -> None:
        """Writes a program, which the engine's host serves whatever host it was written for."""
        (self.project / "Pulumi.yaml").write_text(settings)
        if self.host == "native":
            program = program.replace(
                "import sipgate_provider as sipgate", "import sipgate_provider.native as sipgate"
            )
        (self.project / "__main__.py").write_text(program)

    def take_example(self, name: str) -> None:
        """The project is that example's from now on, with a stack of its own."""
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
        """The command line under way; its output goes to a file."""
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
        """Runs any command in the project; `variables` are added to the environment."""
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
        """The output of a command that has to succeed."""
        result = self.pulumi(*arguments, **variables)
        assert result.code == 0, result.output
        return result.output

    def outputs(self) -> dict[str, Any]:
        # The state's own document, since `stack output` prints a warning beside it.
        document = json.loads(self.succeeds("stack", "export", "--show-secrets"))
        outputs: dict[str, Any] = _in_clear(stored_outputs(document))
        return outputs

    def resources(self) -> list[Mapping[str, Any]]:
        """The clients in the state, as it is stored."""
        document = json.loads(self.succeeds("stack", "export"))
        resources = document["deployment"].get("resources", [])
        return [resource for resource in resources if resource["type"].endswith(":OAuthClient")]


def stored_outputs(document: Mapping[str, Any]) -> dict[str, Any]:
    """The stack's outputs in an exported state, as they are stored.

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
    """What the state holds, with the contents of secrets in their places."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return json.loads(value["plaintext"])
        return {name: _in_clear(item) for name, item in value.items()}
    return [_in_clear(item) for item in value] if isinstance(value, list) else value
