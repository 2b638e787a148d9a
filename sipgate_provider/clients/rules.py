"""The rules for what a program declares, each one a row of a table.

An error is a value that sipgate's log-in, a Keycloak, does not register as a redirect URI, a link that nobody can open,
a name that nobody can read, or Pulumi's own text for an Output. Everything else is at most a warning: Keycloak
registers any web origin, and redirect URIs that are hardly intended, such as one without a scheme; sipgate's own
scripts register origins with ports and even with paths. Warnings are about what is risky, what Keycloak never matches,
and what no browser sends or opens.

sipgate documents two wildcards: a whole first label of the host (`https://*.example.com/*`), and one at the end
(`http://example.com/*`). The one in the host is sipgate's own, and it is not documented how many labels it covers. To
Keycloak, a `*` inside a path is the character itself.

A browser writes scheme and host in lower case, leaves out the scheme's default port, resolves dot segments of the path,
encodes non-ASCII characters, and converts such a host to punycode (RFC 3492). Keycloak compares character by character,
so another spelling does not match what a browser sends.

A rule's words never contain a value, since that may be secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sipgate_provider.clients import text
from sipgate_provider.clients.address_parts import AddressParts
from sipgate_provider.scrubbing import one_line

__all__ = [
    "ADDRESS_ERRORS",
    "ADDRESS_WARNINGS",
    "LABELS",
    "LINKS",
    "ORIGINS",
    "REDIRECTS",
    "TEXT_ERRORS",
    "TEXT_WARNINGS",
    "Rule",
    "Subject",
    "refused_ignore",
]

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """A rule for texts or for the parts of addresses.

    Attributes:
        properties: The properties that the rule is for.
        applies: Returns what is wrong, or something falsy if nothing is.
        words: What to do and why, with {} for what `applies` has returned.
    """

    properties: frozenset[str]
    applies: Callable[[Subject], str | bool]
    words: str


_NAME = frozenset({"name"})
LABELS = frozenset({"name", "description"})
REDIRECTS = frozenset({"redirectUris"})
ORIGINS = frozenset({"webOrigins"})
LINKS = frozenset({"privacyUrl", "termsUrl"})

_NO_BLANKS = "leave out white space and control characters, which an address cannot contain"
_SCHEME = "write the scheme, as in https://app.example.com"
_HOST = "write the host, as in https://app.example.com"
_HOST_AND_PORT = "write a host and port that are valid, as in https://app.example.com:8443"

TEXT_ERRORS = (
    Rule(
        LABELS | REDIRECTS | ORIGINS | LINKS,
        text.is_text_of_output,
        "build it with apply, Output.format, pulumi.interpolate or pulumi.Sprintf, since it contains Pulumi's own text "
        "in place of an Output's value",
    ),
    Rule(_NAME, text.is_blank, "write a name, which people see when they log in"),
    Rule(
        LABELS, text.has_control_character, "leave out control characters, which no page can show"
    ),
)
TEXT_WARNINGS = (
    Rule(
        LABELS,
        text.has_outer_white_space,
        "leave out the white space at the beginning or end; in YAML, a block that begins with |- or >- ends without a "
        "line break",
    ),
    Rule(
        LABELS,
        text.has_break,
        "write it on one line, since pages show line breaks and tabs as spaces",
    ),
    Rule(LABELS, text.invisible_characters, "leave out the invisible characters {}"),
)
ADDRESS_ERRORS = (
    Rule(REDIRECTS | LINKS, AddressParts.has_blank, _NO_BLANKS),
    Rule(REDIRECTS | LINKS, AddressParts.has_impossible_scheme, _SCHEME),
    Rule(LINKS, AddressParts.lacks_scheme, _SCHEME),
    Rule(LINKS, AddressParts.has_host_as_scheme, _SCHEME),
    Rule(
        REDIRECTS | LINKS,
        AddressParts.script_scheme,
        "use https, since an address with the scheme {} runs code",
    ),
    Rule(REDIRECTS | LINKS, AddressParts.ends_after_scheme, _HOST),
    Rule(LINKS, AddressParts.lacks_host, _HOST),
    Rule(LINKS, AddressParts.has_impossible_host, _HOST_AND_PORT),
    Rule(
        REDIRECTS,
        AddressParts.has_fragment,
        "leave out # and what follows, which a redirect URI cannot have",
    ),
    Rule(
        REDIRECTS,
        AddressParts.illegal_character,
        "write {}, since an address can contain this character only encoded",
    ),
    Rule(
        REDIRECTS,
        AddressParts.has_misplaced_bracket,
        "use brackets only around an IPv6 address, with nothing but a port after them, as in http://[::1]:8080/*",
    ),
)
ADDRESS_WARNINGS = (
    Rule(ORIGINS, AddressParts.has_blank, _NO_BLANKS),
    Rule(ORIGINS, AddressParts.has_impossible_scheme, _SCHEME),
    Rule(REDIRECTS | ORIGINS, AddressParts.lacks_scheme, _SCHEME),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.has_host_as_scheme,
        "write the scheme if this is a host with a port, as in https://app.example.com:8443",
    ),
    Rule(ORIGINS, AddressParts.ends_after_scheme, _HOST),
    Rule(REDIRECTS | ORIGINS, AddressParts.lacks_host, _HOST),
    Rule(REDIRECTS | ORIGINS, AddressParts.has_impossible_host, _HOST_AND_PORT),
    Rule(
        ORIGINS,
        AddressParts.has_more_than_origin,
        "write scheme, host and port alone, since a browser sends nothing else as an origin",
    ),
    # A browser spells it differently.
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.invisible_characters,
        "leave out the invisible characters {}, which no browser sends",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.has_capital_scheme,
        "write the scheme in lower case, as browsers do",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.has_capital_host,
        "write the host in lower case, as browsers do",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.has_usual_port,
        "leave out the scheme's usual port, as browsers do",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.has_empty_port,
        "leave out the colon after the host, as browsers do",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.has_padded_port,
        "write the port without leading zeros, as browsers do",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.has_other_ip_address,
        "write the IP address as browsers do, as in 127.0.0.1 or [::1]",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.has_international_host,
        "write the host in punycode (xn--…), as browsers do",
    ),
    Rule(
        REDIRECTS,
        AddressParts.has_dot_segments,
        "write the path without . and .. between its slashes, as browsers do",
    ),
    Rule(
        REDIRECTS,
        AddressParts.has_international_path,
        "encode non-ASCII characters (%C3%A4 for ä), as browsers do",
    ),
    # No browser opens it.
    Rule(
        REDIRECTS | ORIGINS | LINKS,
        AddressParts.local_scheme,
        "use https, since no browser opens an address with the scheme {} from a page",
    ),
    # Keycloak never matches it.
    Rule(
        REDIRECTS,
        AddressParts.has_wildcard_beside_query,
        "leave out the query or the wildcard, which matches nothing in an address with a query",
    ),
    Rule(
        REDIRECTS,
        AddressParts.has_wildcard_inside,
        "put the wildcard at the end, as in https://app.example.com/*, since it matches nothing elsewhere",
    ),
    Rule(
        REDIRECTS,
        AddressParts.parameter_of_responses,
        "leave out the parameter {}, which sipgate's own responses use: newer versions of its log-in reject it",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.has_undocumented_wildcard,
        "put the wildcard in place of the first label, as in https://*.example.com, since sipgate documents no other",
    ),
    Rule(
        ORIGINS,
        AddressParts.has_wildcard_port,
        "write the port, since sipgate documents no wildcard for it",
    ),
    # It is risky.
    Rule(
        REDIRECTS,
        AddressParts.covers_everything,
        "list the addresses that you need, since this one lets a log-in end at any address",
    ),
    Rule(
        ORIGINS,
        AddressParts.covers_everything,
        "list the origins that you need, since this one lets the pages of any site use this client's tokens",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.covers_foreign_hosts,
        "name the host, or put the wildcard before a domain of your own, as in https://*.example.com: this one "
        "covers other people's hosts, too",
    ),
    Rule(
        REDIRECTS | ORIGINS,
        AddressParts.is_unencrypted,
        "use https, since others on the network can read what is sent over plain http",
    ),
)


def refused_ignore(paths: Iterable[str]) -> str | None:
    """Returns why the changes at these paths cannot be ignored, or None if they can.

    The engine ignores an entry by its index, but the entries of a set have no fixed place. After somebody else has
    added or removed one, the engine would replace a declared entry with another one. Pulumi's paths can name an entry
    in many ways, and only a plain name is certain to name a whole property. That may be a property of another resource,
    since some programs set the option for all resources.
    """
    for path in paths:
        if not path.isidentifier():
            return (
                f"Changes of {one_line(path)} cannot be ignored, since that is not the plain name of a property and "
                "the entries of a list have no fixed place. Name the whole property, as in redirectUris."
            )
    return None
