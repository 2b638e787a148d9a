"""Words from outside in a message: one short line, without credentials and without what a terminal would obey.

A response may echo a credential, or hold one that this process has never seen. So what was sent is taken out by its
value, and what looks like a credential by its form: a UUID, a JWT, what stands behind the name of a credential, and
long words with digits in them. A host's name is no credential, whatever digits it has.
"""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

__all__ = ["one_line", "scrubbed", "shell_word"]

_LENGTH = 200
_SHORTEST = 2
# No more of it than this is looked at.
_LONGEST = 10_000
_HOST = r"\b(?:[a-z0-9]{1,11}(?:-[a-z0-9]{1,11})*\.)+[a-z]{2,24}\b"
_CREDENTIAL = re.compile(
    rf"(?i)\beyJ[\w.-]+|\b[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\b|\b(?:basic|bearer)\s+\S+"
    rf"|(?:secret|token|password|code|verifier)[\"']?\s*[:=]\s*\S+|(?:secret|token|password)\s+(?=\S*\d)\S+"
    rf"|(?P<host>{_HOST})|\b(?=[\w+/=-]*\d)[\w+/=-]{{12,}}"
)


def scrubbed(words: str, secrets: Iterable[str] = ()) -> str:
    """`words` as one short line that holds none of `secrets` and nothing like a credential."""
    # One or two characters are no secret, and taking them out would leave no word whole.
    for secret in (secret for secret in secrets if len(secret) > _SHORTEST):
        for spelling in (secret, quote(secret, safe=""), quote_plus(secret), html.escape(secret)):
            words = words.replace(spelling, "…")
    return one_line(
        _CREDENTIAL.sub(lambda found: found["host"] or "…", _printable(words)), length=_LENGTH
    )


def one_line(words: str, *, length: int = _LENGTH) -> str:
    """`words` as one line of at most so many characters, without control characters."""
    words = _printable(words)
    return words if len(words) <= length else words[: length - 1] + "…"


def shell_word(text: str) -> str:
    """`text` as one word of a command that a message offers for pasting."""
    return shlex.quote(one_line(text, length=_LONGEST))


def _printable(words: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in words[:_LONGEST]).split())
