"""A log-in service, which is either a genuine Keycloak or the simulator, and a browser for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any, Protocol
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

USERNAME = "demo@example.com"
PASSWORD = "password"
SECRET = "a-secret-of-the-clients-own"


class Service(Protocol):
    """The service to which the requests of each table are sent.

    Attributes:
        url: URL of the realm's endpoints, without the name of an endpoint.
    """

    url: str

    def client(
        self,
        redirect_uris: tuple[str, ...],
        web_origins: tuple[str, ...] = (),
        public: bool = False,
    ) -> str | None:
        """Returns the id of a client with these fields and the secret SECRET; None if it cannot be registered."""

    def wait(self) -> None:
        """Waits more than a second."""


@dataclass
class Page:
    """A page of the service, or a redirect to another address."""

    status: int
    text: str
    location: str | None = None

    @property
    def said(self) -> dict[str, str]:
        """The parameters for the application in the address."""
        parts = urlsplit(self.location or "")
        return dict(parse_qsl(parts.query) + parse_qsl(parts.fragment))

    @property
    def message(self) -> str:
        """The message of an error page."""
        found = re.search(r'<p(?: class="instruction")?>(.*?)</p>', self.text, re.DOTALL)
        return unescape(found[1].strip()) if found and self.status >= HTTPStatus.BAD_REQUEST else ""

    @property
    def posted(self) -> dict[str, str]:
        """The field names and the target of a form that the page submits by itself."""
        if "document.forms[0].submit()" not in self.text:
            return {}
        action = re.search(r'action="([^"]*)"', self.text, re.IGNORECASE)
        names = re.findall(r'name="([^"]*)"', self.text, re.IGNORECASE)
        return {"to": unescape(action[1]) if action else "", "fields": " ".join(sorted(names))}

    @property
    def kind(self) -> str:
        """The kind of the page."""
        if self.location is not None:
            return "redirect"
        if re.search(r'type="password"', self.text):
            return "log-in page"
        return "page" if self.status < HTTPStatus.BAD_REQUEST else "error page"


@dataclass
class Browser:
    """Follows redirects within the service, fills in its forms, and stops at a redirect to another server."""

    service: Service
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.trust_env = False

    def open(self, endpoint: str, parameters: Any, method: str = "GET") -> Page:
        """Opens an endpoint. The `parameters` are sent unchanged, in the query or as a form."""
        where = {"params": parameters} if method == "GET" else {"data": parameters}
        return self._follow(method, f"{self.service.url}/{endpoint}", **where)

    def visit(self, address: str) -> Page:
        """Opens any address."""
        return self._follow("GET", address)

    def submit(self, page: Page, **filled: str) -> Page:
        """Submits the page's form with these fields and the hidden ones."""
        form = re.search(r"<form[^>]*>", page.text)
        assert form, page.text
        action = re.search(r'action="([^"]*)"', form[0])
        fields = {}
        for tag in re.findall(r"<input[^>]*>", page.text):
            named = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            if named.get("type") == "hidden":
                fields[unescape(named["name"])] = unescape(named.get("value", ""))
        address = urljoin(self._at, unescape(action[1]) if action else "")
        return self._follow("POST", address, data=fields | filled)

    def log_in(self, parameters: Any, username: str = USERNAME, password: str = PASSWORD) -> Page:
        """Logs in, unless the browser is already logged in."""
        page = self.open("auth", parameters)
        if page.kind == "log-in page":
            return self.submit(page, username=username, password=password)
        return page

    def _follow(self, method: str, address: str, **sent: Any) -> Page:
        for _ in range(5):
            self._at = address
            answer = self.http.request(method, address, allow_redirects=False, timeout=30, **sent)
            for cookie in self.http.cookies:
                # Keycloak's cookies are for https only, but browsers send those to loopback hosts as well.
                cookie.secure = False
            location = answer.headers.get("Location")
            if location is None:
                return Page(answer.status_code, answer.text)
            # requests decodes the bytes of the header as Latin-1.
            location = location.encode("latin-1").decode("utf-8", "replace")
            target = urljoin(address, location)
            if not target.startswith(self.service.url.partition("/realms/")[0] + "/realms/"):
                return Page(answer.status_code, "", location)
            method, address, sent = "GET", target, {}
        raise AssertionError(f"{address} leads nowhere")


def location_of(address: str) -> str | None:
    """Returns the unchanged Location header of the response to a GET; None if there is none."""
    parts = urlsplit(address)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return connection.getresponse().getheader("Location")
    finally:
        connection.close()
