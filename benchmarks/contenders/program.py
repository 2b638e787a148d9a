"""The stack program of every contender."""

from __future__ import annotations

import importlib
import os

_declare = importlib.import_module(os.environ["BENCHMARK_CONTENDER"]).declare
for _number in range(int(os.environ["BENCHMARK_CLIENTS"])):
    _name = f"client-{_number}"
    _declare(_name, os.environ["BENCHMARK_DESCRIPTION"], [f"https://{_name}.example.com/*"])
