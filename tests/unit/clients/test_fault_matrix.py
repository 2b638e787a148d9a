"""Every step of a client's life meets every fault; what account and state hold afterwards is known.

Run with `-s` it prints the matrix as a table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any, NamedTuple

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import PersonalAccessToken
from sipgate_provider.clients import absence, deletion, lost_response
from sipgate_provider.clients.check import check
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.errors import SipgateError
from sipgate_provider.http import retries, transport
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import (
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    Answer,
    Delay,
    Reset,
    Simulator,
    Stall,
    Truncate,
)

DECLARED = check({"name": "crm", "redirectUris": ["https://crm.example.com/*"]}).inputs
CHANGED = DECLARED | {"description": "changed"}
STEPS = ("create", "read", "update", "delete")
SOON = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=1), usegmt=True)
WRONG = json.dumps({"clientId": 5, "name": [], "redirectUris": "x"}).encode()

ERROR = b'{"errors": [{"title": "Internal error"}]}'
BLOCKED = Answer(403, b"<html>blocked by the firewall</html>", taken=True)


class Row(NamedTuple):
    """A fault at a step's own request, how often, and how create, read, update and delete have to end."""

    name: str
    fault: Any
    times: int | None
    create: str
    read: str
    update: str
    delete: str


# "ok": done as if nothing had happened. "error": a SipgateError, and what it leaves is checked below.
# A POST is sent once unless it provably did nothing; the other verbs are repeated after passing faults.
MATRIX = [
    Row("refused connection", "stop", None, "error", "error", "error", "error"),
    Row("reset, not taken, once", Reset(), 1, "error", "ok", "ok", "ok"),
    Row("reset, not taken, for ever", Reset(), None, "error", "error", "error", "error"),
    Row("reset, taken, once", Reset(taken=True), 1, "ok", "ok", "ok", "ok"),
    Row("reset, taken, for ever", Reset(taken=True), None, "ok", "error", "ok", "error"),
    Row("slow", Delay(0.1), None, "ok", "ok", "ok", "ok"),
    Row("stalled, not taken, once", Stall(taken=False), 1, "error", "ok", "ok", "ok"),
    Row("stalled, taken, once", Stall(taken=True), 1, "ok", "ok", "ok", "ok"),
    Row("stalled, taken, for ever", Stall(taken=True), None, "ok", "error", "ok", "error"),
    Row("truncated, length declared", Truncate(), 1, "ok", "ok", "ok", "ok"),
    Row("truncated, length not declared", Truncate(declared=False), 1, "ok", "error", "ok", "ok"),
    Row("truncated, for ever", Truncate(), None, "ok", "error", "ok", "ok"),
    Row("401 once", Answer(401), 1, "error", "error", "error", "error"),
    Row("401 for ever", Answer(401), None, "error", "error", "error", "error"),
    Row("403", Answer(403), None, "error", "error", "error", "error"),
    Row("404, though it is there", Answer(404), None, "error", "error", "error", "error"),
    Row("409", Answer(409), None, "error", "error", "error", "error"),
    Row("415", Answer(415), None, "error", "error", "error", "error"),
    Row("429 once, seconds", Answer(429, headers={"Retry-After": "1"}), 1, "ok", "ok", "ok", "ok"),
    Row("429 once, date", Answer(429, headers={"Retry-After": SOON}), 1, "ok", "ok", "ok", "ok"),
    Row("429 for ever", Answer(429), None, "error", "error", "error", "error"),
    Row("500, not taken", Answer(500), None, "error", "error", "error", "error"),
    Row("500, taken", Answer(500, taken=True), None, "ok", "error", "ok", "error"),
    Row("502, not taken, once", Answer(502), 1, "error", "ok", "ok", "ok"),
    Row("502, taken, once", Answer(502, taken=True), 1, "ok", "ok", "ok", "ok"),
    Row("503, not taken, once", Answer(503), 1, "error", "ok", "ok", "ok"),
    Row("503, not taken, for ever", Answer(503), None, "error", "error", "error", "error"),
    Row("504, taken, for ever", Answer(504, taken=True), None, "ok", "error", "ok", "error"),
    Row("303, taken", Answer(303, taken=True), None, "ok", "error", "ok", "error"),
    Row("403 of a firewall, taken", BLOCKED, None, "ok", "error", "ok", "error"),
    Row("408, taken", Answer(408, taken=True), None, "ok", "error", "ok", "error"),
    Row("409, taken", Answer(409, ERROR, taken=True), None, "ok", "error", "ok", "error"),
    Row("425, taken", Answer(425, taken=True), None, "ok", "error", "ok", "error"),
    Row("302", Answer(302, headers={"Location": "/"}), None, "error", "error", "error", "error"),
    Row("HTML, not taken", Answer(200, b"<html>"), None, "error", "error", "error", "error"),
    Row("HTML, taken", Answer(200, b"<html>", taken=True), None, "ok", "error", "ok", "ok"),
    Row("error document, not taken", Answer(200, ERROR), None, "error", "error", "error", "error"),
    Row("error document, taken", Answer(200, ERROR, taken=True), None, "ok", "error", "ok", "ok"),
    Row("empty, taken", Answer(200, b"", taken=True), None, "ok", "error", "ok", "ok"),
    Row("wrong types, taken", Answer(200, WRONG, taken=True), None, "ok", "error", "ok", "ok"),
    Row("extra fields", "extra fields", None, "ok", "ok", "ok", "ok"),
    Row("no secret in any answer", "no secrets", None, "ok", "ok", "ok", "ok"),
    Row("the list has an id twice", "twice", None, "ok", "ok", "ok", "ok"),
]
METHODS = {"create": "POST", "read": "GET", "update": "PUT", "delete": "DELETE"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_READ_SECONDS", 0.5)
    monkeypatch.setattr(retries, "_BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr(lost_response, "_SEARCH_PAUSES", (0.0, 0.05))
    monkeypatch.setattr(absence, "_PAUSES", (0.05, 0.0))
    monkeypatch.setattr(deletion, "_PAUSES", (0.0, 0.05))


@pytest.fixture(scope="module")
def table() -> Iterator[dict[tuple[str, str], str]]:
    cells: dict[tuple[str, str], str] = {}
    yield cells
    # ruff: noqa: T201  the table is for whoever asks for it
    print("\n| Fault |", " | ".join(STEPS), "|\n|---|---|---|---|---|")
    for row in MATRIX:
        print(f"| {row.name} |", " | ".join(cells.get((row.name, s), "") for s in STEPS), "|")


def deployment(sipgate: Simulator) -> Lifecycle:
    credential = PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)
    return Lifecycle(SipgateAPI(Settings(sipgate.base_url, credential)))


def break_(sipgate: Simulator, row: Row, step: str) -> None:
    if row.fault == "stop":
        sipgate.stop()
    elif row.fault == "extra fields":
        sipgate.switches.extra_fields = {"clientType": "public", "enabled": True}
    elif row.fault == "no secrets":
        sipgate.switches.post_without_secret = sipgate.switches.put_without_secret = True
        sipgate.switches.list_without_secret = True
    elif row.fault == "twice":
        listed = json.dumps({"data": [*sipgate.account.clients(), *sipgate.account.clients()]})
        sipgate.misbehave(Answer(200, listed.encode()), method="GET", path="clients$", times=1)
    else:
        path = "clients$" if step == "create" else "clients/"
        sipgate.misbehave(row.fault, method=METHODS[step], path=path, times=row.times)


def mend(sipgate: Simulator, row: Row) -> None:
    sipgate.behave()
    if row.fault == "stop":
        sipgate.start()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.name)
def test_each_step_under_each_fault_ends_as_it_has_to_and_loses_nothing(
    sipgate: Simulator, row: Row, step: str, table: dict[tuple[str, str], str]
) -> None:
    life = deployment(sipgate)
    outs: dict[str, object] = {} if step == "create" else life.create(DECLARED)
    client_id = str(outs.get("clientId"))
    actions: dict[str, Callable[[], object]] = {
        "create": lambda: life.create(DECLARED),
        "read": lambda: life.read(client_id, outs),
        "update": lambda: life.update(client_id, outs, CHANGED),
        "delete": lambda: life.delete(client_id),
    }
    break_(sipgate, row, step)

    try:
        result = actions[step]()
        ended = "ok"
    except SipgateError as error:
        result, ended = str(error), "error"
    mend(sipgate, row)
    if isinstance(result, str):
        assert result.endswith(".")
        assert DEMO_TOKEN not in result

    assert ended == getattr(row, step)
    live = [
        {key: client[key] for key in DECLARED} | {"clientId": client["clientId"]}
        for client in sipgate.account.clients()
    ]
    after = {"create": created, "read": read, "update": updated, "delete": deleted}[step]
    holds = after(sipgate, ended, result, outs, live)
    table[row.name, step] = f"{ended}; {holds}"


def created(
    sipgate: Simulator, ended: str, result: Any, _outs: Any, live: list[dict[str, Any]]
) -> str:
    if ended == "ok":
        assert live == [{key: result[key] for key in (*DECLARED, "clientId")}]
        assert result["clientSecret"] == sipgate.account.clients()[0]["clientSecret"]
        return "account 1, state 1"
    assert not live
    deployment(sipgate).create(DECLARED)
    assert len(sipgate.account.clients()) == 1
    return "account 0, state 0; next run makes it"


def read(sipgate: Simulator, ended: str, result: Any, outs: Any, live: list[dict[str, Any]]) -> str:
    assert len(live) == 1
    if ended == "ok":
        assert result == outs
        return "as it is"
    assert deployment(sipgate).read(outs["clientId"], outs) == outs
    return "state keeps it"


def updated(
    sipgate: Simulator, ended: str, result: Any, outs: Any, live: list[dict[str, Any]]
) -> str:
    if ended == "ok":
        assert result == outs | CHANGED
        assert live == [{**CHANGED, "clientId": outs["clientId"]}]
        return "account new, state new"
    assert live[0]["description"] in {DECLARED["description"], CHANGED["description"]}
    again = deployment(sipgate).update(outs["clientId"], outs, CHANGED)
    assert again == outs | CHANGED
    assert sipgate.account.clients()[0]["description"] == "changed"
    return "state old; next run changes it"


def deleted(
    sipgate: Simulator, ended: str, _result: Any, outs: Any, live: list[dict[str, Any]]
) -> str:
    if ended == "ok":
        assert not live
        return "account 0, state 0"
    deployment(sipgate).delete(outs["clientId"])
    assert not sipgate.account.clients()
    return f"account {len(live)}, state 1; next run finishes"
