"""What Pulumi starts of a source plugin, and what `make plugin` packs."""

from __future__ import annotations

import sys

from sipgate_provider.plugin.__main__ import main

sys.exit(main())
