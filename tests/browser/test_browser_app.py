"""The example `browser_app` on the genuine engine, in a genuine browser, against the simulator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sipgate_provider.simulator import DEMO_PASSWORD, DEMO_USERNAME, Simulator

VIEWPORT: Any = {"width": 800, "height": 360}

# What a page gets to see of the API with a token: a status, or that the browser says nothing.
CALL = """([url, token]) =>
    fetch(url, {headers: {Authorization: `Bearer ${token}`}}).then(r => r.status, e => e.name)"""


def give_password(page: Page) -> None:
    """Fills in the log-in page, in the simulator's words or in Keycloak's."""
    page.get_by_role("textbox", name="user").fill(DEMO_USERNAME)
    page.get_by_role("textbox", name="password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name=re.compile("Log in|Sign In")).click()


@dataclass
class App:
    """The application, declared, configured and served, and a browser to use it with."""

    origin: str
    page: Page
    elsewhere: str

    def log_in(self, path: str = "/") -> None:
        self.page.goto(self.origin + path)
        self.page.get_by_role("button", name="Log in with sipgate").click()

    def give_password(self) -> None:
        give_password(self.page)

    def says(self, text: str) -> None:
        expect(self.page.get_by_role("status")).to_contain_text(text)

    def is_refused(self, text: str) -> None:
        """sipgate says so itself, rather than sending the browser anywhere."""
        expect(self.page.get_by_role("heading")).to_contain_text("We are sorry")
        expect(self.page.get_by_role("main")).to_contain_text(text)
        assert not self.page.url.startswith(self.origin)


@pytest.fixture
def app(
    engine: Any,
    sipgate: Simulator,
    serve: Callable[..., str],
    open_browser: Callable[..., Browser],
) -> App:
    engine.take_example("browser_app")
    pages = engine.project / "app"
    origin, elsewhere = serve(pages), serve(pages)
    engine.succeeds("config", "set", "url", origin)
    engine.succeeds("config", "set", "login", sipgate.token_url.removesuffix("/token"))
    engine.succeeds("config", "set", "api", sipgate.base_url)
    up = engine.up()
    assert up.code == 0, up.output
    assert "warning" not in up.output
    (pages / "config.json").write_text(json.dumps(engine.outputs()))
    page = open_browser().new_page(viewport=VIEWPORT)
    return App(origin, page, elsewhere)


@pytest.mark.parametrize("path", ["/", "/index.html"])
def test_logging_in_from_any_page_under_the_wildcard_shows_what_the_api_answers(
    app: App, sipgate: Simulator, picture: Callable[[Page, str], None], path: str
) -> None:
    sipgate.account.add_client(name="CRM & <telephony>", redirectUris=["https://crm.example.com/*"])

    app.log_in(path)
    app.give_password()

    app.says("Logged in. The account's OAuth clients: 2")
    expect(app.page.get_by_role("cell")).to_have_text(
        [
            "Browser app",
            f"{app.origin}/*",
            "CRM & <telephony>",
            "https://crm.example.com/*",
        ]
    )
    assert app.page.url == app.origin + path
    picture(app.page, "browser_app.png")


def test_what_the_page_is_told_holds_no_secret(app: App, sipgate: Simulator) -> None:
    (client,) = sipgate.account.clients()
    told = app.page.goto(f"{app.origin}/config.json")

    assert told
    assert client["clientId"] in told.text()
    assert client["clientSecret"] not in told.text()


def test_logging_out_ends_the_log_in_at_sipgate_too(app: App) -> None:
    app.log_in()
    app.give_password()
    app.page.get_by_role("button", name="Log out").click()
    app.says("You are not logged in.")

    app.log_in()

    expect(app.page.get_by_role("textbox", name="password")).to_be_visible()


def test_an_answer_to_a_log_in_that_was_not_begun_here_is_not_used(
    app: App, sipgate: Simulator
) -> None:
    app.page.goto(f"{app.origin}/?code=foreign&state=foreign")

    app.says("This response does not belong to a log-in that this page started.")
    assert not sipgate.count("POST", "/token")


def test_narrowed_redirect_uris_refuse_the_same_log_in(app: App, engine: Any) -> None:
    app.log_in()
    app.give_password()
    app.says("Logged in.")

    engine.succeeds("config", "set", "url", f"{app.origin}/beta")
    changed = engine.up()
    app.log_in()

    assert "~ 1 updated" in changed.output
    app.is_refused("Invalid parameter: redirect_uri")


def test_a_page_on_another_origin_may_not_read_what_the_same_token_gets(
    app: App, sipgate: Simulator
) -> None:
    app.log_in()
    with app.page.expect_response(lambda response: response.url.endswith("/token")) as answered:
        app.give_password()
    app.says("Logged in.")
    call = [
        f"{sipgate.base_url}/authorization/oauth2/clients",
        answered.value.json()["access_token"],
    ]

    at_home = app.page.evaluate(CALL, call)
    app.page.goto(app.elsewhere)
    abroad = app.page.evaluate(CALL, call)

    assert at_home == 200
    assert abroad == "TypeError"


def test_a_page_on_another_origin_cannot_log_in(app: App) -> None:
    app.page.goto(app.elsewhere)
    app.page.get_by_role("button", name="Log in with sipgate").click()

    app.is_refused("Invalid parameter: redirect_uri")


def test_a_destroyed_client_refuses_the_log_in(app: App, engine: Any) -> None:
    engine.succeeds("destroy", "--yes", "--skip-preview")

    app.log_in()

    app.is_refused("Client not found.")
