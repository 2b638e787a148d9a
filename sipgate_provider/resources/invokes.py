"""Lookups that the engine answers: by the native plugin, or by the mocks of a program's unit test.

The SDK's own invoke waits for the resources that a lookup depends on. In a preview in which they do not exist yet, the
result is unknown. It is also unknown if the preview does not know the provider's settings: the provider then returns
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

__all__ = ["invoke", "invoke_output", "is_mocked"]


def is_mocked() -> bool:
    """Whether `pulumi.runtime.set_mocks` replaces the engine, so that nothing may be sent."""
    return isinstance(get_monitor(), MockMonitor)


def invoke(
    token: str, arguments: Mapping[str, object], opts: pulumi.InvokeOptions | None = None
) -> Mapping[str, Any]:
    """Calls a function of the plugin; the result is empty in a preview that cannot know it.

    Raises:
        pulumi.RunError: The call failed. Pulumi shows only the message of this error.
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
    """Calls a function of the plugin; the result is no secret, and unknown in a preview that cannot know it.

    If the call fails, the result's error is a `RunError`, of which Pulumi shows only the message.
    """

    def known(found: list[Any]) -> Any:
        return found[0] or UNKNOWN

    def failed(error: Exception) -> NoReturn:
        raise pulumi.RunError(str(error)) from error

    found = pulumi.runtime.invoke_output(token, dict(arguments), opts)
    # Older SDKs lack this method, and show a traceback.
    if hasattr(pulumi.Output, "recover"):
        found = found.recover(failed)
    # The SDK makes the whole result secret because of the client's secret. Arguments may be secret as well.
    found = pulumi.Output.unsecret(found)
    return pulumi.Output.all(found, *arguments.values()).apply(known)
