"""Reads `clients.yaml`, and checks all of it before the first client is declared.

An entry that is lost to a typing error would be a deleted client. So unknown keys, duplicate keys and an empty file are
refused, with a sentence that says where.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Annotated, Literal, get_args

import pulumi
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

# Each has a stack of its name, and a Pulumi.<environment>.yaml.
Environment = Literal["dev", "prod"]
ENVIRONMENTS = get_args(Environment)


def _filled_in(text: str, info: ValidationInfo) -> str:
    try:
        return Template(text).substitute(info.context or {})
    except KeyError as unknown:
        raise ValueError(f"contains ${{{unknown.args[0]}}}; only ${{domain}} is known") from None
    except ValueError:
        raise ValueError(
            "contains a $ that begins no ${domain}; write $$ for a dollar sign"
        ) from None


Text = Annotated[str, AfterValidator(_filled_in)]


class Entry(BaseModel):
    """One client."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Text
    description: Text | None = None
    redirect_uris: list[Text] = Field(min_length=1)
    web_origins: list[Text] = []
    privacy_url: Text = ""
    terms_url: Text = ""
    environments: list[Environment] = Field(default=list(ENVIRONMENTS), min_length=1)


_ENTRIES = TypeAdapter(dict[str, Entry])


def read(path: Path, *, environment: str, domain: str) -> dict[str, Entry]:
    """The clients of one environment, by the names of their resources.

    Raises:
        pulumi.RunError: There is no such environment, or the file has mistakes; one sentence for each.
    """
    if environment not in ENVIRONMENTS:
        raise pulumi.RunError(
            f"There is no environment {environment!r}; select the stack {' or '.join(ENVIRONMENTS)}."
        )
    document = _document(path)
    if not document:
        raise pulumi.RunError(
            f"{path.name} contains no client; add at least one entry, such as `crm:`."
        )
    try:
        entries = _ENTRIES.validate_python(document, context={"domain": domain})
    except ValidationError as error:
        raise pulumi.RunError(_listed(path, map(_sentence, error.errors()))) from None
    chosen = {key: entry for key, entry in entries.items() if environment in entry.environments}
    if twins := list(_twins(chosen)):
        raise pulumi.RunError(_listed(path, twins))
    return chosen


def _document(path: Path) -> object:
    try:
        return YAML(typ="safe", pure=True).load(path)
    except DuplicateKeyError as error:
        # What follows the key in its words is the value.
        key = str(error.problem).removeprefix("found duplicate key ").partition(" with value")[0]
        problem = f"the key {key} occurs twice; remove one of them"
        raise pulumi.RunError(f"{path.name}, line {_line(error)}: {problem}.") from None
    except MarkedYAMLError as error:
        raise pulumi.RunError(
            f"{path.name}, line {_line(error)}: this is not YAML: {error.problem}."
        ) from None
    except (YAMLError, UnicodeDecodeError):
        raise pulumi.RunError(f"{path.name} is not YAML in UTF-8; save it as UTF-8 text.") from None
    except OSError as error:
        raise pulumi.RunError(f"{path.name} cannot be read: {error.strerror}.") from None


def _line(error: MarkedYAMLError) -> int:
    return int(error.problem_mark.line) + 1 if error.problem_mark else 1


def _sentence(error: ErrorDetails) -> str:
    """What is wrong, and where: at the entry, its key, and the place in its list."""
    if not error["loc"]:
        return "the file must contain entries such as `crm:`, each with its keys below it"
    entry, last = error["loc"][0], error["loc"][-1]
    where = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]
    ).removeprefix(".")
    if last == "[key]":
        return f"{entry} is the key of an entry, but not text; put it in quotes"
    known = ", ".join(Entry.model_fields)
    sentences = {
        "missing": f"{entry} lacks the key {last}; add it",
        "extra_forbidden": f"{entry} has the unknown key {last}; known are {known}",
        "model_type": f"{where} must contain keys with values, such as `name: CRM integration`",
        "too_short": f"{where} is empty; add at least one line below it",
        "value_error": f"{where} {error.get('ctx', {}).get('error')}",
    }
    words = error["msg"].replace("Input should be a valid", "this must be a")
    return sentences.get(error["type"], f"{where}: {words.replace('Input should', 'this must')}")


def _twins(entries: dict[str, Entry]) -> Iterator[str]:
    """A sentence for each entry whose name an entry before it has: people could not tell them apart."""
    first: dict[str, str] = {}
    for key, entry in entries.items():
        if entry.name in first:
            yield f"{key}.name is also the name of {first[entry.name]}; give each a name of its own"
        first.setdefault(entry.name, key)


def _listed(path: Path, sentences: Iterator[str] | list[str]) -> str:
    return "\n".join(f"{path.name}: {sentence}." for sentence in sentences)
