// Runs the program on the engine by the Automation API, which needs no language host: `node run.js up|destroy` in the
// folder of a project with a stack. What was done is printed as JSON.

import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { program } from "./program";

async function main(command: string | undefined) {
    const stack = await LocalWorkspace.selectStack(
        { stackName: "trial", projectName: "trial", program },
        { workDir: __dirname },
    );
    const run = command === "destroy" ? await stack.destroy() : await stack.up();
    console.log(JSON.stringify({ changes: run.summary.resourceChanges, outputs: await stack.outputs() }));
}

main(process.argv[2]).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
