"""The simulator's own page, in a genuine browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator

VIEWPORT: Any = {"width": 1100, "height": 960}


@pytest.fixture
def crm(sipgate: Simulator) -> dict[str, Any]:
    sipgate.account.add_client(
        name="Webphone",
        redirectUris=["https://phone.sipgate.com/*"],
        webOrigins=["https://*.example.com"],
    )
    return sipgate.account.add_client(
        name="CRM & <b>telephony</b>",
        description="Click-to-dial inside the CRM",
        redirectUris=["https://crm.example.com/*", "https://beta.example.com/*"],
        webOrigins=["https://crm.example.com"],
    )


@pytest.fixture
def page(sipgate: Simulator, crm: dict[str, Any], open_browser: Callable[..., Browser]) -> Page:
    opened = open_browser().new_page(viewport=VIEWPORT)
    opened.goto(sipgate.base_url.removesuffix("/v2"))
    expect(opened.get_by_role("row").filter(has_text=crm["clientId"])).to_be_visible()
    return opened


def call(sipgate: Simulator, path: str = "") -> None:
    requests.get(
        f"{sipgate.base_url}/authorization/oauth2/clients{path}",
        auth=(DEMO_TOKEN_ID, DEMO_TOKEN),
        timeout=10,
    )


def test_it_shows_what_a_client_is_as_text_and_its_secret_only_when_asked(
    page: Page, crm: dict[str, Any]
) -> None:
    row = page.get_by_role("row").filter(has_text=crm["clientId"])
    for text in (crm["name"], crm["description"], *crm["redirectUris"], *crm["webOrigins"]):
        expect(row).to_contain_text(text)
    assert crm["clientSecret"] not in page.content()

    row.get_by_role("button", name="Show").click()

    expect(row).to_contain_text(crm["clientSecret"])


def test_requests_and_clients_appear_as_they_come(
    page: Page, sipgate: Simulator, picture: Callable[[Page, str], None]
) -> None:
    call(sipgate)
    call(sipgate, "/2556404-0-nowhere")
    sipgate.account.add_client(name="Wallboard")
    requests.post(
        f"{sipgate.base_url}/authorization/oauth2/clients",
        json={"name": "CRM", "description": ""},
        auth=(DEMO_TOKEN_ID, DEMO_TOKEN),
        timeout=10,
    )

    expect(page.get_by_role("row").filter(has_text="2556404-0-nowhere")).to_contain_text("404")
    expect(page.get_by_role("row").filter(has_text="Wallboard")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="redirectUris: Field required")).to_contain_text(
        "500"
    )
    picture(page, "simulator.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_colours_of_the_system_and_nothing_is_cut_off(
    page: Page, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)

    background = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert scheme in background
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)"
    )


def test_polling_is_not_among_the_requests_that_a_test_counts(
    page: Page, sipgate: Simulator
) -> None:
    page.wait_for_timeout(2500)

    assert sipgate.count(path="_simulator") == 0


def test_an_address_breaks_after_a_slash_or_a_dot(page: Page, crm: dict[str, Any]) -> None:
    row = page.get_by_role("row").filter(has_text=crm["clientId"])
    entry = row.get_by_role("listitem").filter(has_text="beta.example.com")

    pieces = entry.evaluate("e => [...e.childNodes].map(n => n.textContent || '|').join('')")

    assert pieces == "https://|beta.|example.|com/|*|"
