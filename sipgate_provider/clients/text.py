"""The questions that the rules ask about any text that a program declares: a name, a description, or an address.

A program that converts an Output to text gets one of Pulumi's warnings, or the address of an object in memory. No
property can mean that.

In a name or description, a control character is one that no page can show: all of Unicode's except tabs and line
breaks, and those that change the direction of text, which can make a name look like another one. The marks that Arabic,
Hebrew and emoji need do not count. A page shows tabs and line breaks as spaces, so they are only warned about.

Each question takes linear time.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

__all__ = [
    "has_break",
    "has_control_character",
    "has_outer_white_space",
    "invisible_characters",
    "is_blank",
    "is_text_of_output",
]

_TEXT_OF_OUTPUT = re.compile(
    # Python's, and those of Node.js, Java and .NET
    r"calling\W{1,3}\w{2,12}\W{1,3}on an\W{1,2}output\b|pulumi\.output\.output object"
    # Go's for %s, %+v and %v
    r"|outputstate(?:=&|:0x)|\{0x[0-9a-f]{6,16}\}",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile(r"[\t\n\r\u2028\u2029]")
_INVISIBLE = re.compile(r"[\u00ad\u200b\u2060\ufeff]")


def is_blank(text: str) -> bool:
    """Whether it is empty or only white space."""
    return not text.strip()


def is_text_of_output(text: str) -> bool:
    """Whether it contains Pulumi's text for an Output, which an address may contain encoded."""
    return bool(_TEXT_OF_OUTPUT.search(unquote_plus(text)))


def has_control_character(text: str) -> bool:
    """Whether it contains a control character other than white space, or one that changes the direction of text."""
    return bool(_CONTROL.search(text))


def has_outer_white_space(text: str) -> bool:
    """Whether it begins or ends with white space."""
    return text != text.strip()


def has_break(text: str) -> bool:
    """Whether there is a tab or a line break inside."""
    return bool(_BREAK.search(text.strip()))


def invisible_characters(text: str) -> str:
    """The code points of the characters that nobody sees, and that no language needs."""
    return ", ".join(
        f"U+{ord(character):04X}" for character in sorted(set(_INVISIBLE.findall(text)))
    )
