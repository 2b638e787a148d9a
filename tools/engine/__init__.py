"""Finds or installs the genuine Pulumi engine, with its language hosts for Python and YAML.

  PATH="$(python tools engine):$PATH" pulumi version

It prints the folder of the programs. The first of these that works is used:

  1. your own `pulumi` on PATH or in ~/.pulumi/bin, if it is new enough and has its Python host
  2. the engine of an earlier run, in the cache
  3. Pulumi's official release in the pinned version, verified by its checksum (needs the internet)
  4. a build of that version from its Go modules (needs a Go module proxy and, during the build, 5 GB
     of disk space; Go is installed if it is missing). It takes about 5 minutes, once per machine. An
     interrupted build resumes when you run it again

The built engine has an older Python host than the release, since no later one is published as a Go
module. Of the options in Pulumi.yaml it supports `virtualenv`, but neither `toolchain: uv` nor
`poetry`, and it prints no program after `pulumi import`.
"""

from tools.engine.order import locate
from tools.engine.scratch import pulumi, scratch_environment

__all__ = ["locate", "pulumi", "scratch_environment"]
