"""Gets onto a machine what TypeScript programs of the tests need: a Node.js, TypeScript and Pulumi's SDK.

    $ python tools/typescript
    /home/me/.cache/sipgate-provider/engine/typescript-…/node_modules

From Python, `locate()` answers with the same folder, and `node()` with the Node.js to run it with. Which packages these
are, in which versions, is in tests/typescript/package.json and package-lock.json.
"""

from tools.typescript.errors import TypeScriptNotFoundError
from tools.typescript.node import node
from tools.typescript.packages import locate

__all__ = ["TypeScriptNotFoundError", "locate", "node"]
