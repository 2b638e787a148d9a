"""Converts docstrings and signatures to Markdown."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from tools.manual.markdown import escaped, table
from tools.manual.names import Named, named, public_members
from tools.manual.signature import literal, signature

__all__ = ["of"]

_TEXT_WIDTH = 120


def of(names: list[str], level: int) -> str:
    """Returns an entry with a heading for each name. Constants are in a table, and a module is only its docstring.

    Args:
        names: Dotted names as `names.named` takes them.
        level: The level of the headings. Methods beside their class have the next one.

    Raises:
        KeyError: The package has no such name.
        ValueError: A docstring describes a parameter that the signature lacks, or has an unknown section.
    """
    found = [one for name in names for one in named(name)]
    fewest_dots = min(one.shown.count(".") for one in found)
    parts: list[str] = []
    for are_constants, group in groupby(found, lambda one: bool(one.object.is_attribute)):
        if are_constants:
            rows = ((f"`{one.shown}`", f"`{literal(one.object.value)}`") for one in group)
            parts.append(table(("Name", "Value"), rows))
        else:
            parts += (_entry(one, level + one.shown.count(".") - fewest_dots) for one in group)
    return "\n\n".join(parts)


def _entry(one: Named, level: int) -> str:
    parts = []
    if not one.object.is_module:
        parts.append(f"{'#' * level} {one.shown}")
        if not _is_exception(one.object):
            parts.append(f"```python\n{signature(one)}\n```")
    return "\n\n".join([*parts, *_described(one)])


def _is_exception(one: Any) -> bool:
    return one.is_class and (
        "Exception" in map(str, one.bases) or any(map(_is_exception, one.resolved_bases))
    )


def _described(one: Named) -> Iterator[str]:
    """Yields the parts of the docstring in a fixed order. A class's is followed by its constructor's."""
    sections = _sections(one.object)
    if one.object.is_class and "__init__" in one.object.members:
        # The constructor's summary would repeat that of the class.
        sections += _sections(one.object.members["__init__"])[1:]
    for section in sections:
        if section.kind.value == "text":
            yield _prose(section.value)
    for section in sections:
        match section.kind.value:
            case "parameters":
                yield from _arguments(one, section.value)
            case "returns":
                yield from (
                    _wrapped(f"**Returns:** {given.description}") for given in section.value
                )
            case "raises":
                yield _raised(section.value)
            case "text" | "attributes":
                pass
            case unknown:
                raise ValueError(f"{one.object.path}: the section {unknown!r} is unknown.")
    described = (
        attribute
        for section in sections
        if section.kind.value == "attributes"
        for attribute in section.value
    )
    yield from _attributes(one.object, {each.name: each.description for each in described})


def _sections(one: Any) -> list[Any]:
    return list(one.docstring.parsed) if one.docstring else []


def _arguments(one: Named, given: list[Any]) -> Iterator[str]:
    names = {parameter.name for parameter in one.object.parameters}
    for argument in given:
        if argument.name not in names:
            raise ValueError(f"{one.object.path} has no parameter {argument.name}.")
    own = [argument for argument in given if not _is_the_constructor_s(one.object, argument)]
    if own:
        rows = ((f"`{argument.name}`", argument.description) for argument in own)
        yield table(("Argument", "Meaning"), rows)
    if len(own) < len(given):
        yield f"The other arguments are those of `{one.shown.partition('.')[0]}`."


def _is_the_constructor_s(method: Any, argument: Any) -> bool:
    """Whether the method is another constructor, and `__init__` describes the argument in the same words."""
    if "classmethod" not in method.labels:
        return False
    return any(
        (one.name, one.description) == (argument.name, argument.description)
        for section in _sections(method.parent.members["__init__"])
        if section.kind.value == "parameters"
        for one in section.value
    )


def _raised(given: list[Any]) -> str:
    each = [f"`{one.annotation}`: {one.description}" for one in given]
    if len(each) == 1:
        return _wrapped(f"**Raises** {each[0]}")
    return "**Raises**\n\n" + "\n".join(_wrapped(f"- {one}", "  ") for one in each)


def _attributes(owner: Any, meanings: dict[str, str]) -> Iterator[str]:
    """Yields a table of the attributes in the docstring and of the properties with a docstring of their own."""
    if owner.is_class:
        for one in public_members(owner):
            if "property" in one.labels:
                meanings.setdefault(one.name, _first_paragraph(one))
    if not meanings:
        return
    # The signature of a dataclass contains the types.
    types = {name: owner.members[name].annotation for name in meanings if name in owner.members}
    if "dataclass" not in owner.labels and all(types.get(name) for name in meanings):
        yield table(
            ("Attribute", "Type", "Meaning"),
            ((f"`{name}`", _type(types[name]), text) for name, text in meanings.items()),
        )
    else:
        rows = ((f"`{name}`", text) for name, text in meanings.items())
        yield table(("Attribute", "Meaning"), rows)


def _first_paragraph(one: Any) -> str:
    return str(one.docstring.value).partition("\n\n")[0]


def _type(annotation: Any) -> str:
    """Returns the type for a cell: short, and without a |, which renderers treat differently."""
    short = str(annotation).replace("pulumi.", "")
    return " or ".join(f"`{part}`" for part in short.split(" | "))


def _prose(text: str) -> str:
    """Returns the text with its indented code in fences."""
    parts = []
    for is_code, group in groupby(text.split("\n\n"), lambda block: block.startswith("    ")):
        block = "\n\n".join(group)
        parts.append(_fenced(textwrap.dedent(block)) if is_code else escaped(block))
    return "\n\n".join(parts)


def _fenced(code: str) -> str:
    try:
        ast.parse(code)
    except SyntaxError:
        return f"```text\n{code}\n```"
    return f"```python\n{code}\n```"


def _wrapped(text: str, indentation: str = "") -> str:
    return textwrap.fill(
        escaped(text),
        _TEXT_WIDTH,
        subsequent_indent=indentation,
        break_long_words=False,
        break_on_hyphens=False,
    )
