"""The tenants file: who gets a client, and with which properties."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

# A tenant's name is the name of its stack, too.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


class TenantsError(Exception):
    """The file cannot be used; the message says where and what to do, one line for each finding."""


class Tenant(BaseModel):
    """The properties of one tenant's client, named as in `sipgate.OAuthClient`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    redirect_uris: list[str] = Field(min_length=1)
    web_origins: list[str] = []
    name: str | None = None
    description: str | None = None
    privacy_url: str | None = None
    terms_url: str | None = None
    account: str | None = None


def read(path: Path) -> dict[str, Tenant]:
    """The tenants by name, in the order of the file.

    Raises:
        TenantsError: The file cannot be read, or something in it is wrong.
    """
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a SafeLoader
    except OSError as error:
        raise TenantsError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise TenantsError(f"{path} is not UTF-8; save it as UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise TenantsError(f"{path}{line}: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise TenantsError(f"{path} is not YAML: {error}.") from None
    if not isinstance(document, dict) or not document:
        raise TenantsError(
            f"{path} contains no tenant; write each tenant's name, with redirect_uris below it."
        )
    tenants, findings = {}, []
    for name, properties in document.items():
        found = _findings(name, properties)
        findings += [f"{path}: {finding}" for finding in found]
        if not found:
            tenants[name] = Tenant.model_validate(properties)
    if findings:
        raise TenantsError("\n".join(findings))
    return tenants


def _findings(name: Any, properties: Any) -> list[str]:
    if not isinstance(name, str):
        return [f"the tenant {name!r} is not text; put its name in quotes."]
    if not _NAME.fullmatch(name):
        allowed = "letters, digits, '-', '_' and '.', a letter or digit first, at most 100"
        return [
            f"the tenant {name!r} needs a name of {allowed}; what people see is its property `name`."
        ]
    if not isinstance(properties, dict):
        return [f"the tenant {name} has no properties; it needs at least redirect_uris."]
    try:
        Tenant.model_validate(properties)
    except ValidationError as error:
        return [f"{name}.{_sentence(found['loc'], found)}" for found in error.errors()]
    return []


def _sentence(where: tuple[int | str, ...], found: Any) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)[1:]
    known = ", ".join(Tenant.model_fields)
    reasons = {
        "extra_forbidden": f"is not a property of a tenant; the properties are {known}",
        "missing": "is missing",
        "too_short": "is empty; add at least one",
        "string_type": "is not text; put it in quotes",
        "list_type": "is not a list; write each entry on a line of its own, with '- ' before it",
    }
    return f"{path} {reasons.get(found['type'], found['msg'])}."


class _Loader(yaml.SafeLoader):
    """Refuses a key that is there twice; YAML's own loader keeps the last one and drops a tenant in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value!r} occurs twice; remove one of them",
                    problem_mark=key.start_mark,
                )
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        return super().construct_mapping(node, deep)
