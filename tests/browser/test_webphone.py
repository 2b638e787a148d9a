"""The example `webphone` on the real engine, in a real browser, against the simulator.

sipgate documents that the Webphone's log-in returns to `https://phone.sipgate.com/*`, and that each site that embeds it
is among the web origins. It does not document how the Webphone and the page around it talk. `webphone/` has a page and
a stand-in for the Webphone, whose protocol is made up so that both facts count:

1. The page gives the Webphone, in its iframe, the challenge of a PKCE verifier.
2. The Webphone opens sipgate's log-in in a window, which returns to `phone.sipgate.com` with a code.
3. The page gets the code from the Webphone and redeems it at sipgate's token endpoint. That request has the page's
   origin.
4. The page gives the Webphone the access token.

The browser resolves `phone.sipgate.com` and the sites to servers on this machine, and trusts their certificate only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from sipgate_provider.simulator import DEMO_USERNAME, Simulator
from tests.browser.test_browser_app import give_password
from tests.engine_stack import ROOT

PAGES = Path(__file__).with_name("webphone")
PHONE = "phone.sipgate.com"
LISTED = "intranet.example.com"
UNLISTED = "elsewhere.example.org"


@dataclass
class Webphone:
    """The client is declared, the pages are served, and a browser resolves their hosts."""

    browser: BrowserContext

    def log_in_on(self, site: str) -> Page:
        """The site's page, after the user has logged in through the Webphone in it."""
        page = self.browser.new_page()
        page.goto(f"https://{site}/")
        with page.expect_popup() as opened:
            self.frame(page).get_by_role("button", name="Log in with sipgate").click()
        login = opened.value
        with login.expect_event("close"):
            give_password(login)
        return page

    def frame(self, page: Page) -> FrameLocator:
        return page.frame_locator("#phone")

    def is_connected(self, page: Page) -> None:
        expect(page.locator("#status")).to_have_text("The Webphone is connected.")
        expect(self.frame(page).get_by_role("status")).to_have_text(f"Ready: {DEMO_USERNAME}")


@pytest.fixture
def certificate() -> trustme.LeafCert:
    return trustme.CA().issue_cert(PHONE, LISTED, UNLISTED)


@pytest.fixture
def webphone(
    engine: Any,
    sipgate: Simulator,
    certificate: trustme.LeafCert,
    tmp_path: Path,
    serve: Callable[..., str],
    open_browser: Callable[..., Browser],
) -> Webphone:
    engine.take_example("webphone")
    engine.succeeds("config", "set", "--path", "sites[0]", f"https://{LISTED}")
    up = engine.up()
    assert up.code == 0, up.output
    assert "warning" not in up.output
    pages = shutil.copytree(PAGES / "site", tmp_path / "site")
    shutil.copy2(ROOT / "examples/browser_app/app/pkce.js", pages)
    config = {
        "client_id": engine.outputs()["client_id"],
        "login": sipgate.token_url.removesuffix("/token"),
        "webphone": f"https://{PHONE}",
    }
    (pages / "config.json").write_text(json.dumps(config))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(tls)
    site = urlsplit(serve(pages, tls)).netloc
    phone = urlsplit(serve(PAGES / "phone", tls)).netloc
    browser = open_browser(
        f"--ignore-certificate-errors-spki-list={fingerprint(certificate)}",
        hosts=f"MAP {PHONE}:443 {phone}, MAP {LISTED}:443 {site}, MAP {UNLISTED}:443 {site}",
    )
    return Webphone(browser.new_context())


def fingerprint(certificate: trustme.LeafCert) -> str:
    """The certificate's key as Chromium's option names it: the hash of its public half."""
    key = load_pem_x509_certificate(certificate.cert_chain_pems[0].bytes()).public_key()
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


def test_a_site_that_the_stack_lists_may_embed_the_webphone(webphone: Webphone) -> None:
    page = webphone.log_in_on(LISTED)

    webphone.is_connected(page)


def test_a_site_that_the_stack_does_not_list_is_kept_out_by_its_origin(webphone: Webphone) -> None:
    # The log-in itself is good: it is the Webphone's.
    page = webphone.log_in_on(UNLISTED)

    expect(page.locator("#status")).to_contain_text(f"https://{UNLISTED} is not among the sites")
    expect(webphone.frame(page).get_by_role("status")).to_contain_text("could not connect it")


def test_a_site_that_an_up_adds_may_embed_the_webphone_from_then_on(
    webphone: Webphone, engine: Any
) -> None:
    engine.succeeds("config", "set", "--path", "sites[1]", f"https://{UNLISTED}")
    changed = engine.up()

    page = webphone.log_in_on(UNLISTED)

    assert "~ 1 updated" in changed.output
    webphone.is_connected(page)


def test_after_destroy_nobody_can_log_in_through_the_webphone(
    webphone: Webphone, engine: Any
) -> None:
    engine.succeeds("destroy", "--yes", "--skip-preview")
    page = webphone.browser.new_page()
    page.goto(f"https://{LISTED}/")
    with page.expect_popup() as opened:
        webphone.frame(page).get_by_role("button", name="Log in with sipgate").click()

    expect(opened.value.get_by_role("main")).to_contain_text("Client not found.")
