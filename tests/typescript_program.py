"""A program in TypeScript and its SDK, compiled, and run on the engine without a language host."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from tests.engine_stack import Engine
from tests.needed import needed
from tools import typescript

_RUN = """
const { LocalWorkspace } = require("@pulumi/pulumi/automation");

async function main(command, projectName, stackName) {
    const program = async () => require("./index");
    const stack = await LocalWorkspace.selectStack(
        { stackName, projectName, program }, { workDir: __dirname });
    await stack[command]();
}
main(...process.argv.slice(2)).catch(error => { console.error(error); process.exitCode = 1; });
"""


class Program(NamedTuple):
    """The `index.ts` of the engine's project."""

    engine: Engine

    def compile(self, sdk: Path) -> None:
        """What is wrong with the types of the program or of the SDK fails the test."""
        packages = needed(typescript.locate)
        project = self.engine.project
        modules = project / "node_modules"
        modules.mkdir()
        for name in ("@pulumi", "@types"):
            (modules / name).symlink_to(packages / name)
        compiler = str(packages / "typescript" / "bin" / "tsc")
        self._node(compiler, "--project", str(sdk))
        # As npm installs it: what was compiled, under the name that the schema gives it.
        shutil.copytree(sdk / "bin", modules / "pulumi-sipgate")
        shutil.copy2(sdk / "package.json", modules / "pulumi-sipgate")
        self._node(compiler, "--project", ".")
        (project / "run.js").write_text(_RUN)

    def run(self, command: str, project: str, stack: str) -> None:
        """Runs `up` or `destroy`, which has to succeed."""
        self._node("run.js", command, project, stack)

    def _node(self, *arguments: str) -> None:
        done = self.engine.runs((str(typescript.node().node), *arguments), {})
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
