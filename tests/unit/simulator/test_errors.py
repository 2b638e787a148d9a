from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from sipgate_provider.simulator import DEMO_TOKEN

if TYPE_CHECKING:
    import requests

    from sipgate_provider.simulator import Simulator

CLIENTS = "/authorization/oauth2/clients"


def refused(api: requests.Session, status: int) -> requests.Response:
    """Returns a response with this status."""
    if status == 401:
        return api.get(CLIENTS, auth=("token-OTHER", DEMO_TOKEN))
    if status == 404:
        return api.get(f"{CLIENTS}/none")
    if status == 405:
        return api.patch(CLIENTS)
    return api.post(CLIENTS, data="{", headers={"Content-Type": "application/json"})


def test_by_default_each_shape_of_error_body_occurs(api: requests.Session) -> None:
    assert refused(api, 401).headers["Content-Type"].startswith("text/plain")
    assert refused(api, 404).headers["Content-Type"] == "application/json"
    assert refused(api, 405).headers["Content-Type"].startswith("text/html")
    assert refused(api, 500).content == b""


def test_a_json_error_names_status_title_detail_and_pointer(api: requests.Session) -> None:
    (error,) = refused(api, 404).json()["errors"]

    assert error["status"] == "404"
    assert error["title"] == "Not Found"
    assert error["detail"]
    assert error["source"] == {"pointer": "/clientId"}


def test_a_body_error_points_at_the_field(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    sipgate.switches.error_shape = "json"
    del body["webOrigins"]

    (error,) = api.post(CLIENTS, json=body).json()["errors"]

    assert error["source"]["pointer"] == "/webOrigins"


@pytest.mark.parametrize("status", [401, 404, 405, 500])
@pytest.mark.parametrize(
    ("shape", "content_type"),
    [("json", "application/json"), ("text", "text/plain"), ("html", "text/html"), ("empty", "")],
)
def test_every_error_can_have_the_same_shape(
    api: requests.Session, sipgate: Simulator, status: int, shape: str, content_type: str
) -> None:
    sipgate.switches.error_shape = cast("Any", shape)

    answer = refused(api, status)

    assert answer.status_code == status
    assert answer.headers.get("Content-Type", "").startswith(content_type)
    assert (answer.content == b"") == (shape == "empty")


@pytest.mark.parametrize("shape", ["json", "text", "html"])
def test_errors_echo_the_credential_on_demand(
    api: requests.Session, sipgate: Simulator, shape: str
) -> None:
    sipgate.switches.error_shape = cast("Any", shape)
    before = refused(api, 404)
    sipgate.switches.errors_echo_credentials = True

    after = refused(api, 404)

    credential = after.request.headers["Authorization"]
    assert credential not in before.text
    assert credential in after.text


def test_a_405_names_the_methods_that_are_allowed(api: requests.Session) -> None:
    allowed = {method.strip() for method in refused(api, 405).headers["Allow"].split(",")}

    assert {"GET", "POST"} <= allowed
