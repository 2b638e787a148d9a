"""The example `webphone` on the genuine engine, in a genuine browser, against the simulator.

The stand-in answers at sipgate's own address: the browser takes that host, and those of the sites
that embed it, to be servers of this machine, and trusts their certificate alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from sipgate_provider.simulator import DEMO_USERNAME, Simulator
from tests.browser.test_browser_app import give_password

PHONE = "phone.sipgate.com"
LISTED = "intranet.example.com"
UNLISTED = "elsewhere.example.org"
VIEWPORT: Any = {"width": 800, "height": 480}


@dataclass
class Webphone:
    """The Webphone, declared, configured and served, and a browser that knows its hosts."""

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
    serve: Callable[..., str],
    open_browser: Callable[..., Browser],
) -> Webphone:
    engine.take_example("webphone")
    engine.succeeds("config", "set", "--path", "sites[0]", f"https://{LISTED}")
    engine.succeeds("config", "set", "login", sipgate.token_url.removesuffix("/token"))
    up = engine.up()
    assert up.code == 0, up.output
    assert "warning" not in up.output
    (engine.project / "site" / "config.json").write_text(json.dumps(engine.outputs()))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(tls)
    site = urlsplit(serve(engine.project / "site", tls)).netloc
    phone = urlsplit(serve(engine.project / "standin", tls)).netloc
    browser = open_browser(
        f"--ignore-certificate-errors-spki-list={fingerprint(certificate)}",
        hosts=f"MAP {PHONE}:443 {phone}, MAP {LISTED}:443 {site}, MAP {UNLISTED}:443 {site}",
    )
    return Webphone(browser.new_context(viewport=VIEWPORT))


def fingerprint(certificate: trustme.LeafCert) -> str:
    """The certificate's key as Chromium's option names it: the hash of its public half."""
    key = load_pem_x509_certificate(certificate.cert_chain_pems[0].bytes()).public_key()
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


def test_a_site_that_the_stack_lists_may_embed_the_webphone(
    webphone: Webphone, picture: Callable[[Page, str], None]
) -> None:
    page = webphone.log_in_on(LISTED)

    webphone.is_connected(page)
    picture(page, "webphone.png")


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
