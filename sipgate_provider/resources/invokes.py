"""Lookups that the engine answers: by the native plugin, or by the mocks of a program's unit test.

The SDK's own invoke waits for what a lookup depends on, and is unknown in a preview where that does not exist yet. A
provider whose settings a preview does not know yet answers nothing at all; that is unknown as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

__all__ = ["invoke", "invoke_output", "is_mocked"]


def is_mocked() -> bool:
    """Whether `pulumi.runtime.set_mocks` stands in for the engine, so that nothing outside may be asked."""
    return isinstance(get_monitor(), MockMonitor)


def invoke(
    token: str, arguments: Mapping[str, object], opts: pulumi.InvokeOptions | None = None
) -> Mapping[str, Any]:
    """What the function of that token returns; empty where a preview cannot know it.

    Raises:
        pulumi.RunError: It failed; the language host shows a program's `RunError` as its sentence alone.
    """
    try:
        found: Mapping[str, Any] | None = pulumi.runtime.invoke(token, dict(arguments), opts).value
    except Exception as error:
        raise pulumi.RunError(str(error)) from error
    return found or {}


def invoke_output(
    token: str,
    arguments: Mapping[str, object],
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[Mapping[str, Any]]:
    """What the function of that token returns, in clear; unknown where a preview cannot know it."""

    def known(found: list[Any]) -> Any:
        return found[0] or UNKNOWN

    # The SDK makes a whole result secret that holds a client's secret. What is asked for may be secret, too.
    found = pulumi.Output.unsecret(pulumi.runtime.invoke_output(token, dict(arguments), opts))
    return pulumi.Output.all(found, *arguments.values()).apply(known)
