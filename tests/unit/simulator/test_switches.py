from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import requests

    from sipgate_provider.simulator import Simulator

CLIENTS = "/authorization/oauth2/clients"


def answers_with_secret(api: requests.Session, body: dict[str, Any]) -> set[str]:
    """Returns which of the four responses contain a secret."""
    created = api.post(CLIENTS, json=body).json()
    one = f"{CLIENTS}/{created['clientId']}"
    answers = {
        "post": created,
        "list": api.get(CLIENTS).json()["data"][0],
        "get": api.get(one).json(),
        "put": api.put(one, json=body).json(),
    }
    return {call for call, client in answers.items() if "clientSecret" in client}


@pytest.mark.parametrize(
    ("switch", "without"),
    [
        (None, set()),
        ("post_without_secret", {"post"}),
        ("put_without_secret", {"put"}),
        ("list_without_secret", {"list"}),
        ("get_without_secret", {"get", "list"}),
    ],
)
def test_the_secret_is_missing_just_where_the_switch_says(
    api: requests.Session,
    sipgate: Simulator,
    body: dict[str, Any],
    switch: str | None,
    without: set[str],
) -> None:
    if switch:
        setattr(sipgate.switches, switch, True)

    assert answers_with_secret(api, body) == {"post", "list", "get", "put"} - without


def test_extra_fields_are_in_every_client_answered_and_in_none_stored(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    sipgate.switches.extra_fields = {"createdAt": "2026-01-01", "links": []}

    created = api.post(CLIENTS, json=body).json()
    (listed,) = api.get(CLIENTS).json()["data"]
    read = api.get(f"{CLIENTS}/{created['clientId']}").json()

    assert created == listed == read
    assert created["createdAt"] == "2026-01-01"
    assert "createdAt" not in sipgate.account.clients()[0]


def test_latency_delays_every_answer_without_holding_up_the_others(
    api: requests.Session, sipgate: Simulator
) -> None:
    sipgate.switches.latency = 0.1

    started = time.perf_counter()
    assert api.get(CLIENTS).status_code == 200

    assert time.perf_counter() - started >= 0.1


def test_a_misspelt_switch_is_an_error(sipgate: Simulator) -> None:
    with pytest.raises(AttributeError):
        sipgate.switches.latencyy = 1  # type: ignore[attr-defined]
