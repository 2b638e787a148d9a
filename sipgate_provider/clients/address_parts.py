"""The parts of an address that a program declares, and the questions that the rules ask about it.

An address is a redirect URI, a web origin or a link, as the program has written it, even if it is invalid. Each
question takes linear time. The answer is a bool, or a constant or characters that a message may contain, unlike any
other part of an address.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from sipgate_provider.http.addresses import Origin, is_loopback

__all__ = ["AddressParts"]

# RFC 3986, appendix B. It matches any text.
_PARTS = re.compile(
    r"(?:(?P<scheme>[^:/?#]*):)?(?://(?P<authority>[^/?#]*))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_WEB = ("https", "http")
_SCRIPTS = ("javascript", "data")
# Keycloak registers these schemes, which lead to a script, to this machine or into the browser itself.
_LOCAL = ("vbscript", "file", "filesystem", "blob", "about", "view-source")
_DOTS = (".", "..")
_PATH_ALONE = re.compile(r"/(?!.*\{[^{}]+\})", re.DOTALL)
# White space and control characters as in Java's `URI`.
_BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_ILLEGAL = re.compile(r"""[|^`"<>{}\\]|%(?![0-9A-Fa-f]{2})""")
_BRACKET = re.compile(r"[\[\]]")
_IPV6_AUTHORITY = re.compile(r"(?:[^@]*@)?\[([^\[\]]*)\](?::[0-9]*)?")
_USUAL_PORT = re.compile(r":[0-9]+\Z")
_PORT = re.compile(r":(?:[0-9]*|\*)\Z")
_BEGIN_OF_PORT = (*"0123456789", "*")
_ANY_SUBDOMAIN = "*."
# The parameters of OpenID Connect, RFC 9207, JARM and Keycloak.
_OF_RESPONSES = frozenset(
    (
        *("code", "state", "session_state", "iss", "error", "error_description"),
        *("id_token", "access_token", "token_type", "expires_in"),
        *("response", "kc_action", "kc_action_status"),
    )
)


@dataclass(frozen=True)
class AddressParts:
    """The parts of an address (RFC 3986, section 3) as they are written; None for a missing one.

    Attributes:
        text: The whole address.
        path: The path, which may be empty. In an opaque address it is everything after the scheme.
        origin: The origin as a browser spells it; None if there is none.
    """

    text: str
    scheme: str | None
    authority: str | None
    path: str
    query: str | None
    fragment: str | None
    origin: Origin | None

    @classmethod
    def of(cls, text: str) -> AddressParts:
        """Splits any text into parts."""
        parts = next(_PARTS.finditer(text)).groupdict()
        return cls(text=text, origin=Origin.of(text), **parts)

    @property
    def is_web(self) -> bool:
        """Whether the scheme is http or https, in upper or lower case."""
        return (self.scheme or "").lower() in _WEB

    @property
    def host(self) -> str:
        """The host and port as they are written, or an empty string."""
        return (self.authority or "").rpartition("@")[2]

    @property
    def is_opaque(self) -> bool:
        """Whether no slash follows the scheme, so that Java reads neither host nor path nor query."""
        return self.scheme is not None and self.authority is None and self.path[:1] != "/"

    @property
    def is_path_of_log_in(self) -> bool:
        """Whether it begins with a slash: Keycloak encodes it as a path of its own, unless it has a {template}."""
        return bool(_PATH_ALONE.match(self.text))

    def has_blank(self) -> bool:
        """Whether there is white space or a control character."""
        return bool(_BLANK.search(self.text))

    def illegal_character(self) -> str:
        """Returns `%7C for |`, for the first character that an address can contain only encoded."""
        before, _, after = (self.authority or "").partition("[")
        parts = (before, after.partition("]")[2], self.path, self.query or "")
        found = next(filter(None, map(_ILLEGAL.search, parts)), None)
        if found is None and not self.is_opaque:
            found = _BRACKET.search(self.path)
        return f"{quote(found[0])} for {found[0]}" if found else ""

    def has_misplaced_bracket(self) -> bool:
        """Whether the host has brackets that do not belong to an IPv6 address, followed by nothing but a port."""
        authority = self.authority or ""
        if not _BRACKET.search(authority):
            return False
        found = _IPV6_AUTHORITY.fullmatch(authority)
        return found is None or not _is_ipv6(found[1].partition("%")[0])

    def has_fragment(self) -> bool:
        """Whether there is a `#`."""
        return self.fragment is not None

    def script_scheme(self) -> str:
        """Returns the scheme if it runs code."""
        scheme = (self.scheme or "").lower()
        return scheme if scheme in _SCRIPTS else ""

    def lacks_scheme(self) -> bool:
        """Whether there is neither a scheme nor a wildcard in its place."""
        return self.scheme is None and not self.covers_everything()

    def has_impossible_scheme(self) -> bool:
        """Whether the text before the colon cannot be a scheme, as in `127.0.0.1:8080`."""
        return self.scheme is not None and not _SCHEME.fullmatch(self.scheme)

    def has_host_as_scheme(self) -> bool:
        """Whether the text before the colon seems to be a host, and the text after it a port."""
        if self.is_web or self.authority is not None or not _SCHEME.fullmatch(self.scheme or ""):
            return False
        return (self.scheme or "").lower() == "localhost" or self.path[:1] in _BEGIN_OF_PORT

    def ends_after_scheme(self) -> bool:
        """Whether nothing follows the scheme and its slashes."""
        nothing = not self.authority and not self.path and self.query is None
        return self.scheme is not None and nothing

    def lacks_host(self) -> bool:
        """Whether a web address has neither a host nor a wildcard in its place."""
        return self.is_web and not self.authority and not self.covers_everything()

    def has_impossible_host(self) -> bool:
        """Whether a web address has an invalid host or port."""
        visible = bool(self.authority) and self.host.isascii()
        return self.is_web and visible and self.origin is None

    def invisible_characters(self) -> str:
        """Returns the code points of invisible characters, which are easily copied from a page or document."""
        found = set() if self.text.isascii() else set(filter(_is_invisible, self.text))
        return ", ".join(f"U+{ord(character):04X}" for character in sorted(found))

    def has_capital_scheme(self) -> bool:
        """Whether a web address has capitals in its scheme."""
        return self.is_web and self.scheme not in _WEB

    def has_capital_host(self) -> bool:
        """Whether a web address has capitals in its host."""
        return self.is_web and self.host.isascii() and self.host != self.host.lower()

    def has_usual_port(self) -> bool:
        """Whether a web address has its scheme's default port, which browsers leave out."""
        return (
            self.is_web
            and self.origin is not None
            and not self.origin.port
            and bool(_USUAL_PORT.search(self.host))
        )

    def has_empty_port(self) -> bool:
        """Whether a web address ends its host with a colon, without a port."""
        return self.is_web and self.host.endswith(":")

    def has_padded_port(self) -> bool:
        """Whether a web address has a port with leading zeros, other than the default port."""
        found = _PORT.search(self.host)
        port = self.origin.port if self.is_web and self.origin and found else ""
        return bool(port) and found is not None and found[0] != f":{port}"

    def has_other_ip_address(self) -> bool:
        """Whether a web address has an IP address that browsers write differently, such as `127.1`."""
        if not self.is_web or self.origin is None or not self.host.isascii():
            return False
        return _PORT.sub("", self.host).lower().strip("[]") != self.origin.host

    def has_dot_segments(self) -> bool:
        """Whether the path has `.` or `..` segments (RFC 3986, 5.2.4), encoded or not, which browsers resolve."""
        parts = self.path.lower().replace("%2e", ".").split("/")
        return not self.is_opaque and any(part in _DOTS for part in parts)

    def has_international_path(self) -> bool:
        """Whether path or query contain visible non-ASCII characters."""
        text = self.path + (self.query or "")
        return not text.isascii() and not all(
            character.isascii() or _is_invisible(character) for character in text
        )

    def local_scheme(self) -> str:
        """Returns the scheme if no browser opens such an address from a page."""
        scheme = (self.scheme or "").lower()
        return scheme if scheme in _LOCAL else ""

    def has_international_host(self) -> bool:
        """Whether a web address has a host with visible non-ASCII characters."""
        return self.is_web and not all(
            character.isascii() or _is_invisible(character) for character in self.host
        )

    def is_unencrypted(self) -> bool:
        """Whether it is plain http to another machine."""
        return (
            self.origin is not None
            and self.origin.scheme == "http"
            and not is_loopback(self.origin.host)
        )

    def parameter_of_responses(self) -> str:
        """Returns the first parameter of the query that the log-in's responses use as well."""
        query = "" if self.is_opaque else self.query or ""
        names = (name.lower() for name, _ in parse_qsl(query, keep_blank_values=True))
        return next((name for name in names if name in _OF_RESPONSES), "")

    def has_more_than_origin(self) -> bool:
        """Whether it has a user name, a path, a query or a fragment."""
        more = self.path or self.query is not None or self.fragment is not None
        return bool(self.authority and (more or self.authority != self.host))

    def covers_everything(self) -> str:
        """Returns the scheme all of whose addresses it covers, by a wildcard before the host: `https:*`, `*`."""
        stem = self.text[:-1].lower()
        found = (web for web in _WEB if f"{web}:/".startswith(stem))
        return next(found, "") if self.text.endswith("*") else ""

    def covers_foreign_hosts(self) -> bool:
        """Whether the host is `*` or `*.com`, or ends in a wildcard, as in `example.com*`."""
        if not self.is_web or self.origin is None:
            return False
        host = self.origin.host
        domain = host.removeprefix(_ANY_SUBDOMAIN)
        under_no_domain = domain != host and "." not in domain and not is_loopback(domain)
        return host.endswith("*") or under_no_domain

    def has_undocumented_wildcard(self) -> bool:
        """Whether the host has a wildcard that is not its whole first label."""
        return (
            self.is_web
            and self.origin is not None
            and "*" in self.origin.host.removeprefix(_ANY_SUBDOMAIN)
            and not self.covers_foreign_hosts()
        )

    def has_wildcard_port(self) -> bool:
        """Whether the port is a wildcard."""
        return self.origin is not None and self.origin.port == "*"

    def has_wildcard_beside_query(self) -> bool:
        """Whether it has both a query and a wildcard."""
        return self.query is not None and "*" in self.text

    def has_wildcard_inside(self) -> bool:
        """Whether the port or the path has a wildcard that is not at the end."""
        return (self.has_wildcard_port() and bool(self.path)) or "*" in self.path[:-1]


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf"
