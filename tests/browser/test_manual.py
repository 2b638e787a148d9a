"""The manual in a genuine browser, opened from a folder or served, on a machine that reaches no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import manual_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manual") / "site"
    manual_site.build(folder)
    return folder


@pytest.mark.parametrize("served", [False, True], ids=["from a folder", "from a server"])
def test_the_search_finds_a_page_and_asks_nobody_else(
    served: bool,
    site: Path,
    open_browser: Callable[..., Browser],
    serve: Callable[..., str],
) -> None:
    origin = serve(site) if served else site.as_uri()
    page = open_browser().new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))

    page.goto(f"{origin}/index.html")
    page.get_by_placeholder("Search").press_sequentially("rotate a secret")
    page.locator(".md-search-result__link").first.click()
    page.get_by_role("heading", name="Rotate a secret", exact=False).first.wait_for()

    assert "/guides/rotate_a_secret.html" in page.url
    assert all(address.startswith((origin, "blob:", "data:")) for address in requested)


def test_no_page_is_wider_than_a_telephone(
    site: Path, open_browser: Callable[..., Browser]
) -> None:
    page = open_browser().new_page(viewport={"width": 390, "height": 844})

    for file in site.rglob("*.html"):
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, file.name
