"""The native plugin without an engine: what it tells of itself, what it makes of structs, how it bounds calls."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import metadata
from pathlib import Path
from typing import Any, TypeVar

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import proto
from pulumi.runtime.proto.engine_pb2_grpc import EngineServicer, add_EngineServicer_to_server
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

import sipgate_provider
from sipgate_provider import type_tokens as tokens
from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.clients.diff import Change, Kind, changes
from sipgate_provider.errors import SipgateError
from sipgate_provider.plugin.examples import EXAMPLES
from sipgate_provider.plugin.schema import package, text
from sipgate_provider.plugin.values import UNKNOWN, Properties, struct
from sipgate_provider.plugin.workers import Workers
from sipgate_provider.setting_names import environment_variable
from sipgate_provider.settings.sources import KEYS, SECRET_KEYS
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Delay, Simulator

Returned = TypeVar("Returned")
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}
OUTPUT = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}
OLD = ["https://a.example.com", "https://b.example.com"]


def run(work: Coroutine[Any, Any, Returned]) -> Returned:
    """What `work` returns; unlike `asyncio.run` it leaves the thread's own loop to Pulumi's mocks."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def of(**properties: Any) -> Struct:
    given = Struct()
    given.update(properties)
    return given


def test_the_schema_is_kept_as_a_file() -> None:
    kept = Path(sipgate_provider.__file__).parent / "plugin/schema.json"
    assert kept.read_text() == text(), (
        "write it anew: python -m sipgate_provider.plugin --schema > sipgate_provider/plugin/schema.json"
    )


def test_the_schema_describes_everything_and_marks_what_is_secret() -> None:
    schema = package()
    resource = schema["resources"]["sipgate:index:OAuthClient"]
    settings = schema["provider"]["inputProperties"]

    assert tuple(resource["inputProperties"]) == WRITABLE
    assert set(resource["properties"]) == {*WRITABLE, "clientId", "clientSecret", "account"}
    assert resource["requiredInputs"] == ["redirectUris"]
    assert resource["properties"]["clientSecret"]["secret"]
    assert set(settings) == {*KEYS, "account"}
    assert {name for name, one in settings.items() if one.get("secret")} == SECRET_KEYS
    assert schema["config"]["variables"]["token"]["defaultInfo"] == {
        "environment": [environment_variable(None, "token")]
    }
    described = [*resource["inputProperties"].values(), *resource["properties"].values()]
    assert all(one["description"] for one in [*described, *settings.values()])
    found = schema["types"]["sipgate:index:Client"]["properties"]
    assert "By default" in resource["inputProperties"]["name"]["description"]
    for outputs in (resource["properties"], found):
        assert not [name for name, one in outputs.items() if "default" in one["description"]]


def test_the_schema_names_the_dynamic_provider_s_type_as_an_alias() -> None:
    (resource,) = package()["resources"].values()
    assert resource["aliases"] == [{"type": tokens.DYNAMIC}]


def test_each_resource_and_function_has_an_example_in_every_language() -> None:
    schema = package()
    described = {
        token: one["description"]
        for token, one in (schema["resources"] | schema["functions"]).items()
    }
    languages = ("typescript", "python", "go", "java", "yaml")
    for token, description in described.items():
        assert tuple(re.findall(r"^```(?!sh)(\w+)$", description, re.MULTILINE)) == languages
        (yaml_code,) = re.findall(r"^```yaml\n(.*?)\n```$", description, re.MULTILINE | re.DOTALL)
        assert token.replace(":index:", ":") in yaml_code
        # tests/languages runs this one.
        assert yaml_code == EXAMPLES[token]["yaml"]
    assert f"pulumi import {tokens.NATIVE} crm <clientId>" in described[tokens.NATIVE]


def test_every_sdk_has_a_name_of_the_project_s_own() -> None:
    schema = package()
    names = {"csharp": "rootNamespace", "java": "basePackage", "nodejs": "packageName"}
    for language, key in names.items():
        assert "sipgate" in schema["language"][language][key].lower()
    # What Pulumi derives, which is also what it tells people to import.
    assert not {"importBasePath", "modulePath"} & schema["language"]["go"].keys()
    # Nothing is served from there yet: Pulumi would try it, and fail, where the plugin is not installed.
    assert "pluginDownloadURL" not in schema


def test_the_schema_names_the_repository_that_the_package_names() -> None:
    named = dict(
        line.split(", ", 1) for line in metadata("sipgate-provider").get_all("Project-URL") or []
    )
    assert package().get("repository") == named.get("Repository")


def test_the_executable_tells_schema_and_version_and_helps() -> None:
    def told(*arguments: str) -> str:
        command = (sys.executable, "-m", "sipgate_provider.plugin", *arguments)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert json.loads(told("--schema"))["version"] == told("--version").strip()
    assert "path: venv/bin" in told("--help")


def test_a_struct_is_taken_apart_into_what_is_known_unknown_and_secret() -> None:
    bag = Properties.of(
        of(
            name="crm",
            description=SECRET | {"value": "quiet"},
            redirectUris=["https://a.example.com", SECRET | {"value": "https://b.example.com"}],
            webOrigins=["https://a.example.com", UNKNOWN],
            privacyUrl=OUTPUT | {"value": "https://c.example.com", "secret": True},
            termsUrl=OUTPUT,
            __provider="of the dynamic host",
        )
    )

    assert bag.known == {
        "name": "crm",
        "description": "quiet",
        "redirectUris": ["https://a.example.com", "https://b.example.com"],
        "privacyUrl": "https://c.example.com",
    }
    assert bag.unknown == {"webOrigins": ["https://a.example.com", UNKNOWN], "termsUrl": UNKNOWN}
    assert bag.secret == {"description", "redirectUris", "privacyUrl"}


class ListeningEngine(EngineServicer):
    """An engine that has started a plugin."""


@pytest.mark.full
def test_a_proxy_for_the_rest_of_the_world_does_not_part_plugin_and_engine(tmp_path: Path) -> None:
    engine = grpc.server(ThreadPoolExecutor(2))
    add_EngineServicer_to_server(ListeningEngine(), engine)
    port = engine.add_insecure_port("127.0.0.1:0")
    engine.start()
    nowhere = "http://127.0.0.1:9"
    environment = {
        name: value for name, value in os.environ.items() if name.lower() != "no_proxy"
    } | {"https_proxy": nowhere, "http_proxy": nowhere, "grpc_proxy": nowhere}
    plugin = subprocess.Popen(
        (sys.executable, "-m", "sipgate_provider.plugin", f"127.0.0.1:{port}"),
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert plugin.stdout
        assert int(plugin.stdout.readline())
        # It gives up after 5 s.
        with pytest.raises(subprocess.TimeoutExpired):
            plugin.wait(7)
        engine.stop(0).wait()
        assert plugin.wait(30) == 0
    finally:
        plugin.kill()
        plugin.communicate()
        engine.stop(0)


JSON = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4),
)


@given(st.dictionaries(st.text().filter(lambda name: not name.startswith("__")), JSON), st.data())
def test_what_goes_into_a_struct_comes_out_of_it(properties: Any, data: Any) -> None:
    secret = set(data.draw(st.lists(st.sampled_from(sorted(properties)))) if properties else ())

    bag = Properties.of(struct(properties, secret))

    assert bag.known == properties
    assert bag.secret == secret


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (OLD[::-1], []),
        ([*OLD, "c"], [Change("webOrigins[2]", Kind.ADD)]),
        (OLD[:1], [Change("webOrigins[1]", Kind.DELETE)]),
        ([OLD[1]], [Change("webOrigins[0]", Kind.DELETE)]),
        (["c", OLD[1]], [Change("webOrigins[0]", Kind.UPDATE)]),
        (
            [OLD[1], "c"],
            [Change("webOrigins[0]", Kind.DELETE), Change("webOrigins[1]", Kind.ADD)],
        ),
    ],
)
def test_changes_of_a_list_are_those_of_its_elements(new: list[str], found: list[Change]) -> None:
    assert changes({"webOrigins": OLD}, {"webOrigins": new}) == found


@given(
    st.lists(st.sampled_from("abcde"), unique=True), st.lists(st.sampled_from("abcde"), unique=True)
)
def test_the_changes_make_the_new_set_out_of_the_old_one(old: list[str], new: list[str]) -> None:
    made = set(old)
    for change in changes({"webOrigins": old}, {"webOrigins": new}):
        index = int(change.path.removeprefix("webOrigins[").removesuffix("]"))
        if change.kind is not Kind.ADD:
            made.remove(old[index])
        if change.kind is not Kind.DELETE:
            made.add(new[index])

    assert made == set(new)


def test_what_is_not_known_yet_is_to_be_updated() -> None:
    assert changes({"name": "a"}, {}, unknown=["name"]) == [Change("name", Kind.UPDATE)]


def test_no_more_calls_run_at_once_than_are_allowed_and_the_loop_goes_on() -> None:
    running, most, lock = 0, 0, threading.Lock()
    go, full = threading.Event(), threading.Event()

    def call() -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running == 3:
                full.set()
        assert go.wait(10)
        with lock:
            running -= 1
        return 1

    async def together() -> int:
        workers = Workers(3)
        work = [asyncio.ensure_future(workers.run(call)) for _ in range(9)]
        assert await asyncio.to_thread(full.wait, 10)
        go.set()
        return sum(await asyncio.gather(*work))

    assert run(together()) == 9
    assert most == 3


def test_a_cancelled_run_finishes_what_is_under_way_and_starts_nothing_more() -> None:
    go, started = threading.Event(), threading.Event()

    def call() -> str:
        started.set()
        assert go.wait(10)
        return "done"

    async def cancelled() -> list[Any]:
        workers = Workers(1)
        work = [asyncio.ensure_future(workers.run(call)) for _ in range(3)]
        await asyncio.to_thread(started.wait, 10)
        workers.cancel()
        go.set()
        found = await asyncio.gather(*work, workers.run(call), return_exceptions=True)
        return list(found)

    first, *others = run(cancelled())

    assert first == "done"
    assert all(isinstance(other, SipgateError) for other in others)
    assert {str(other) for other in others} == {
        "Not started: the run was cancelled; `pulumi up` goes on from here."
    }


@pytest.fixture
def plugin(tmp_path: Path, sipgate: Simulator) -> Iterator[ResourceProviderStub]:
    """The plugin in a process of its own, which is asked without an engine."""
    process = subprocess.Popen(
        (sys.executable, "-m", "sipgate_provider.plugin"),
        cwd=tmp_path,
        env=os.environ | {"SIPGATE_BASE_URL": sipgate.base_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        port = process.stdout.readline().strip()
        with grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.enable_http_proxy", 0)]
        ) as channel:
            yield ResourceProviderStub(channel)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def arguments(**more: str) -> Struct:
    return of(tokenId=DEMO_TOKEN_ID, token=DEMO_TOKEN, **more)


def created(plugin: ResourceProviderStub, name: str) -> str:
    request = proto.CreateRequest(
        urn=f"urn:pulumi:dev::crm::sipgate:index:OAuthClient::{name}",
        properties=of(name=name, redirectUris=["https://crm.example.com/*"]),
    )
    return str(plugin.Create(request, timeout=30).id)


def test_a_call_that_its_caller_gives_up_ends_alone(
    plugin: ResourceProviderStub, sipgate: Simulator
) -> None:
    plugin.Configure(proto.ConfigureRequest(args=arguments()))
    sipgate.misbehave(Delay(2), method="GET")

    with pytest.raises(grpc.RpcError):
        plugin.Invoke(proto.InvokeRequest(tok=tokens.GET_CLIENTS), timeout=0.5)

    assert created(plugin, "crm") == sipgate.account.clients()[0]["clientId"]


def test_a_creation_that_its_caller_gives_up_before_it_is_sent_sends_nothing(
    plugin: ResourceProviderStub, sipgate: Simulator
) -> None:
    plugin.Configure(proto.ConfigureRequest(args=arguments()))
    sipgate.misbehave(Delay(1.5), method="GET")
    request = proto.CreateRequest(
        urn="urn:pulumi:dev::crm::sipgate:index:OAuthClient::crm",
        properties=of(name="crm", redirectUris=["https://crm.example.com/*"]),
    )

    with pytest.raises(grpc.RpcError):
        plugin.Create(request, timeout=0.5)
    created(plugin, "other")

    assert [client["name"] for client in sipgate.account.clients()] == ["other"]


def test_after_a_cancel_nothing_is_started(
    plugin: ResourceProviderStub, sipgate: Simulator
) -> None:
    plugin.Configure(proto.ConfigureRequest(args=arguments()))
    plugin.Cancel(Empty())

    with pytest.raises(grpc.RpcError, match="the run was cancelled"):
        created(plugin, "crm")

    assert not sipgate.requests


def test_a_second_configuration_that_is_unusable_does_not_leave_the_first_in_place(
    plugin: ResourceProviderStub, sipgate: Simulator
) -> None:
    plugin.Configure(proto.ConfigureRequest(args=arguments()))
    plugin.Configure(proto.ConfigureRequest(args=arguments(account="NOT A NAME")))

    with pytest.raises(grpc.RpcError, match="cannot be the name of an account"):
        created(plugin, "crm")

    assert not sipgate.requests
