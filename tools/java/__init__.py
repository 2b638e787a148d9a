"""Gets onto a machine what Java programs of the tests need: Pulumi's language host for Java, beside Java and Maven.

    $ python tools/java
    /home/me/.cache/sipgate-provider/engine/pulumi-language-java-…/bin

From Python, `locate()` answers with the same folder: put it on PATH.
"""

from tools.java.errors import JavaNotFoundError
from tools.java.host import locate

__all__ = ["JavaNotFoundError", "locate"]
