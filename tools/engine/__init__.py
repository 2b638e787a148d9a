"""Gets the genuine Pulumi engine and its language hosts for Python and YAML onto this machine.

  PATH="$(python tools engine):$PATH" pulumi version

It prints the folder that holds them. The first of these that works:

  1. your own `pulumi` on PATH or in ~/.pulumi/bin, if it is new enough and has its Python host
  2. what an earlier run has put into the cache
  3. Pulumi's official release in the pinned version, against its checksum (needs the internet)
  4. a build of that version from its Go modules (needs a Go module proxy and 5 GB of disk while it
     builds; Go itself is got too). It takes about 5 minutes, once per machine, and can be
     interrupted: the next run goes on from there.

The engine that is built has an older Python host than the release, since no later one is a Go module.
Of the options in Pulumi.yaml it knows `virtualenv`, and not `toolchain: uv` or `poetry`. It writes no
program after `pulumi import`.
"""

from tools.engine.order import locate
from tools.engine.scratch import pulumi, scratch_environment

__all__ = ["locate", "pulumi", "scratch_environment"]
