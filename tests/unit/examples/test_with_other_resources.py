"""The example `with_other_resources`, with the genuine AWS and Kubernetes packages and Pulumi's mocks of the engine."""

from __future__ import annotations

import json
import runpy
import threading
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, rpc, settings
from pulumi.runtime.stack import Stack

from tests.engine_stack import ROOT

PROGRAM = ROOT / "examples/with_other_resources/__main__.py"
CLIENT = "pulumi-python:dynamic/sipgate:OAuthClient"
IN_CLUSTER = "kubernetes:core/v1:Secret"
IN_AWS = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
CLIENT_ID = "2556404-0-dc848ae6-085c-11e8-92a6-31b99c83912e"
CLIENT_SECRET = "the-secret-of-the-client"


class Cloud(mocks.Mocks):
    """Answers what sipgate, Kubernetes and AWS would know of a new resource."""

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise AssertionError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        match args.typ:
            case "pulumi-python:dynamic/sipgate:OAuthClient":
                known = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}
                return CLIENT_ID, args.inputs | known
            case "kubernetes:core/v1:Secret":
                metadata = args.inputs["metadata"] | {"name": "sipgate-crm-1a2b3c"}
                return "crm/sipgate-crm-1a2b3c", args.inputs | {"metadata": metadata}
        return f"{args.name}-id", args.inputs | {"arn": f"arn:aws:secretsmanager:::{args.name}"}


class Monitor(mocks.MockMonitor):
    """Keeps what the program registers, and marks outputs as secret as the engine does, which the mocks do not."""

    def __init__(self) -> None:
        super().__init__(Cloud())
        self.registered: dict[str, Any] = {}
        self.exported: dict[str, Any] = {}
        self._lock = threading.Lock()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the protocol's name
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        with self._lock:
            self.registered[request.type] = request
        state = rpc.deserialize_properties(answer.object)
        for name in state.keys() & set(request.additionalSecretOutputs):
            answer.object[name] = rpc.wrap_rpc_secret(state[name])
        return answer

    def run(self) -> pulumi.Output[None]:
        runpy.run_path(str(PROGRAM), run_name="__main__")
        stack = settings.get_root_resource()
        assert isinstance(stack, Stack)
        return pulumi.Output.all(**stack.outputs).apply(self.exported.update)

    def inputs(self, kind: str) -> Any:
        return rpc.deserialize_properties(self.registered[kind].object)

    def urn(self, kind: str) -> str:
        request = self.registered[kind]
        return str(self.make_urn(request.parent, request.type, request.name))


@pytest.fixture
def ran() -> Iterator[Monitor]:
    """What the program registered."""
    monitor = Monitor()
    settings.reset_options()
    pulumi.runtime.set_all_config({"sipgate-with-other-resources:namespace": "crm"})
    mocks.set_mocks(
        monitor.mocks, project="sipgate-with-other-resources", stack="trial", monitor=monitor
    )
    mocks.test(monitor.run)()  # type: ignore[no-untyped-call]
    yield monitor
    pulumi.runtime.set_all_config({})
    settings.reset_options()


def secret(value: Any) -> Any:
    """What is in a secret, which it has to be."""
    assert rpc.is_rpc_secret(value), value
    return rpc.unwrap_rpc_secret(value)


def test_the_clients_id_and_secret_reach_the_kubernetes_secret_as_a_secret(ran: Monitor) -> None:
    inputs = ran.inputs(IN_CLUSTER)

    assert secret(inputs["stringData"]) == {
        "SIPGATE_CLIENT_ID": CLIENT_ID,
        "SIPGATE_CLIENT_SECRET": CLIENT_SECRET,
    }
    assert inputs["metadata"] == {"namespace": "crm"}


def test_the_clients_id_and_secret_reach_the_aws_secret_as_a_secret(ran: Monitor) -> None:
    inputs = ran.inputs(VERSION)

    assert json.loads(secret(inputs["secretString"])) == {
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
    }
    assert inputs["secretId"] == "sipgate-crm-id"


@pytest.mark.parametrize(("kind", "value"), [(IN_CLUSTER, "stringData"), (VERSION, "secretString")])
def test_what_holds_the_values_waits_for_the_client(ran: Monitor, kind: str, value: str) -> None:
    request = ran.registered[kind]

    assert ran.urn(CLIENT) in request.dependencies
    assert ran.urn(CLIENT) in request.propertyDependencies[value].urns


def test_the_place_in_aws_does_not_wait_for_the_client_and_the_version_waits_for_both(
    ran: Monitor,
) -> None:
    assert ran.urn(CLIENT) not in ran.registered[IN_AWS].dependencies
    assert ran.urn(IN_AWS) in ran.registered[VERSION].dependencies


def test_outside_of_secrets_the_clients_secret_is_nowhere(ran: Monitor) -> None:
    seen = [rpc.deserialize_properties(request.object) for request in ran.registered.values()]

    assert CLIENT_SECRET in repr(seen)
    assert CLIENT_SECRET not in repr(without_secrets(seen))


def test_the_exports_say_where_the_values_are(ran: Monitor) -> None:
    assert ran.exported == {
        "client_id": CLIENT_ID,
        "kubernetes_secret": "sipgate-crm-1a2b3c",
        "aws_secret": "arn:aws:secretsmanager:::sipgate-crm",
    }


def without_secrets(value: Any) -> Any:
    if rpc.is_rpc_secret(value):
        return "[secret]"
    if isinstance(value, dict):
        return {key: without_secrets(item) for key, item in value.items()}
    return list(map(without_secrets, value)) if isinstance(value, list) else value
