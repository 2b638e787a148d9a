"""The stack program of every contender; where a share is measured, it writes down what the processor spent on it."""

from __future__ import annotations

import atexit
import importlib
import json
import os
import time

_declare = importlib.import_module(os.environ["BENCHMARK_CONTENDER"]).declare
for _number in range(int(os.environ["BENCHMARK_CLIENTS"])):
    _name = f"client-{_number}"
    _declare(_name, os.environ["BENCHMARK_DESCRIPTION"], [f"https://{_name}.example.com/*"])


@atexit.register
def tell() -> None:
    path = os.environ.get("BENCHMARK_CALLS")
    if path:
        line = {
            "command": os.environ["BENCHMARK_COMMAND"],
            "call": "program",
            "process": time.process_time(),
        }
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123  one write a line
            file.write(json.dumps(line) + "\n")
