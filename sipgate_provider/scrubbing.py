"""Makes text from outside safe for messages: one short line, without credentials and control characters.

A response may echo a credential, or contain one that this process has never seen. So the values that were sent are
removed, and everything that looks like a credential: a UUID, a JWT, the text after the name of a credential, and long
words with digits. Host names are kept, whatever digits they have.

Building a message never fails, and its cost does not grow with the response: a long text is cut before it is cleaned.
"""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, unquote

__all__ = ["one_line", "scrubbed", "shell_word"]

_LENGTH = 200
_SHORTEST = 2
# A shorter secret may stand in any text by chance, in another case.
_SHORT_WORD = 7
# What follows in a longer text is ignored: in a message, and in a word of a command.
_LONGEST_TEXT = 1_000
_LONGEST = 10_000
_HOST = r"\b(?:[a-z0-9]{1,11}(?:-[a-z0-9]{1,11})*\.)+[a-z]{2,24}\b"
_CREDENTIAL = re.compile(
    rf"(?i)\beyJ[\w.-]+|\b[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\b|\b(?:basic|bearer)\s+\S+"
    rf"|(?:secret|token|password|code|verifier)[\"']?\s*[:=]\s*\S+|(?:secret|token|password)\s+(?=\S*\d)\S+"
    rf"|(?P<host>{_HOST})|\b(?=[\w+/=-]*\d)[\w+/=-]{{12,}}"
)


def scrubbed(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` as one short line, without `secrets` and without anything that looks like a credential."""
    text = text[:_LONGEST_TEXT]
    # One or two characters are no secret, and removing them would damage every word.
    for secret in (secret for secret in secrets if len(secret) > _SHORTEST):
        for spelling in _spellings(secret):
            text = _without_beginning(text.replace(spelling, "…"), spelling)
        if len(secret) > _SHORT_WORD and any(
            _loosely(secret) in _loosely(form) for form in (text, _decoded(text))
        ):
            # In yet another spelling, which the text around it does not show.
            text = "…"
    return one_line(
        _CREDENTIAL.sub(lambda found: found["host"] or "…", _printable(text)), length=_LENGTH
    )


def _spellings(secret: str) -> tuple[str, ...]:
    quoted = quote(secret, safe="", errors="replace")
    return secret, quoted, quote_plus(secret, errors="replace"), html.escape(secret)


def _without_beginning(text: str, secret: str) -> str:
    """`text` without the beginning of a secret that was cut off at its end."""
    for length in range(min(len(secret), len(text)), _SHORTEST, -1):
        if text.endswith(secret[:length]):
            return text[:-length] + "…"
    return text


def _decoded(text: str) -> str:
    try:
        text = html.unescape(text)
    except ValueError:
        # The number of a character has more digits than Python converts.
        return ""
    return unquote(text)


def _loosely(text: str) -> str:
    # Without what quoting adds or replaces, and what one line changes.
    return re.sub(r"[\s\\+]", "", text).lower()


def one_line(text: str, *, length: int = _LENGTH) -> str:
    """`text` as one line of at most `length` characters, without control characters."""
    text = _printable(text)
    return text if len(text) <= length else text[: length - 1] + "…"


def shell_word(text: str) -> str:
    """`text` as one word of a command that a message offers for pasting."""
    return shlex.quote(one_line(text, length=_LONGEST))


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text[:_LONGEST]).split())
