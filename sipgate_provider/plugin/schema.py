"""Pulumi's package schema for other languages, generated from the models and the settings.

Descriptions come from there. `schema.json` beside this module contains the schema for readers and for
`pulumi package gen-sdk`; a test compares both.

The schema names no import path for Go. Pulumi would write that path into go.mod, but would tell users to import the
path that it derives from the repository. Without a repository that is `example.com/pulumi-sipgate/sdk/go/sipgate`.
The domain is reserved, so nobody can serve another module from there.

The dynamic provider's type is an alias: Pulumi takes its clients over when a program in another language has the same
project, stack and resource names.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from sipgate_provider import type_tokens as tokens
from sipgate_provider._version import __version__
from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState
from sipgate_provider.plugin.examples import EXAMPLES
from sipgate_provider.setting_names import environment_variable
from sipgate_provider.settings.values import Values

__all__ = ["package", "text"]

_FOUND = "sipgate:index:Client"
# Not one of the settings: it selects the account whose settings to use.
_ACCOUNT = "account"
# Go's SDK refuses a secret in any other form.
_FORM = (
    "The whole result is secret, because it contains a client's secret. Where a language has two forms of this "
    "function, use the one that returns an Output. The other one returns the secret in clear, and in Go it fails."
)


def text() -> str:
    """The schema as JSON."""
    return json.dumps(package(), indent=2, ensure_ascii=False) + "\n"


def package() -> dict[str, Any]:
    """The schema."""
    inputs = _properties(OAuthClientInputs)
    # A client's name is by default the resource's, which the engine passes to this process.
    required = sorted(name for name, field in inputs.items() if field.pop("required"))
    required.remove("name")
    outputs = _properties(OAuthClientState)
    for name, field in outputs.items():
        field.pop("required")
        if name in inputs:
            field["description"] = inputs[name]["description"]
    inputs["name"]["description"] += " By default the resource's own name."
    inputs["description"]["description"] += " By default `Managed by Pulumi: <project>/<stack>`."
    outputs["clientSecret"]["secret"] = True
    settings = _settings()
    return {
        "name": "sipgate",
        "displayName": "sipgate",
        "version": __version__,
        "description": "Manages sipgate OAuth 2.0 clients as code.",
        "keywords": ["pulumi", "sipgate", "oauth2", "telephony", "category/infrastructure"],
        "license": "MIT",
        "publisher": "sipgate-provider",
        "meta": {"supportPack": True},
        # Documentation only, since the plugin reads the environment itself. As a default of the provider's inputs,
        # programs would write the environment into the state, and it would override a named account's own variables.
        "config": {
            "variables": {
                key: setting
                if key == _ACCOUNT
                else {**setting, "defaultInfo": {"environment": [environment_variable(None, key)]}}
                for key, setting in settings.items()
            }
        },
        "provider": {
            "description": "An account at sipgate, where a program uses more than one.",
            "inputProperties": settings,
        },
        "types": {
            _FOUND: {
                "description": "A client as sipgate has it.",
                "type": "object",
                "properties": outputs,
                "required": sorted(outputs),
            }
        },
        "resources": {
            tokens.NATIVE: {
                "description": _with_example(
                    tokens.NATIVE,
                    "An OAuth 2.0 client in a sipgate account. Deleting one ends every log-in made through it, for "
                    "good: the option `protect` guards against that.",
                )
                + "\n\n## Import\n\n```sh\n$ pulumi import sipgate:index:OAuthClient crm <clientId>\n```",
                "aliases": [{"type": tokens.DYNAMIC}],
                "inputProperties": inputs,
                "requiredInputs": required,
                "properties": {
                    **outputs,
                    _ACCOUNT: {
                        "type": "string",
                        "description": "The account that the client is in, if its provider has an `account`.",
                    },
                },
                "required": sorted(outputs),
            }
        },
        "functions": {
            tokens.GET_CLIENT: {
                "description": _with_example(
                    tokens.GET_CLIENT,
                    "Reads the client with an id, or the only one with an exact name, without managing it.\n\n"
                    + _FORM,
                ),
                "inputs": {
                    "properties": {
                        "clientId": {"type": "string", "description": "The client's id."},
                        "name": {
                            "type": "string",
                            "description": "The client's name, if the id is left out.",
                        },
                    },
                },
                "outputs": {"properties": outputs, "required": sorted(outputs)},
            },
            tokens.GET_CLIENTS: {
                "description": _with_example(
                    tokens.GET_CLIENTS,
                    "Reads the account's clients, without managing them.\n\n" + _FORM,
                ),
                "inputs": {
                    "properties": {
                        "name": {
                            "type": "string",
                            "description": "Only clients of this name; each `*` stands for any text. By default all.",
                        },
                    },
                },
                "outputs": {
                    "properties": {
                        "clients": {
                            "type": "array",
                            "items": {"$ref": f"#/types/{_FOUND}"},
                            "description": "The clients, in the order that sipgate lists them.",
                        },
                    },
                    "required": ["clients"],
                },
            },
        },
        # Local modules and namespaces of the project's own: none of these SDKs is published.
        "language": {
            "csharp": {"rootNamespace": "SipgateProvider", "respectSchemaVersion": True},
            "go": {"respectSchemaVersion": True},
            "java": {"basePackage": "sipgateprovider"},
            "nodejs": {"packageName": "pulumi-sipgate", "respectSchemaVersion": True},
            "python": {"respectSchemaVersion": True, "pyproject": {"enabled": True}},
        },
    }


def _with_example(token: str, described: str) -> str:
    """The description, with an example in each language, of which a generator takes its own."""
    code = (f"```{language}\n{example}\n```" for language, example in EXAMPLES[token].items())
    example = (
        "{{% examples %}}",
        "## Example Usage",
        "{{% example %}}",
        *code,
        "{{% /example %}}",
        "{{% /examples %}}",
    )
    return "\n\n".join((described, *example))


def _properties(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """The schema of the model's fields; the key `required` of each says whether it has no default."""
    described = model.model_json_schema()
    properties = {}
    for name, field in described["properties"].items():
        kinds = field.get("anyOf", [field])
        kind = next(kind for kind in kinds if kind["type"] != "null")
        properties[name] = {
            "type": kind["type"],
            **({"items": {"type": "string"}} if kind["type"] == "array" else {}),
            "description": field.get("description", ""),
            "required": name in described.get("required", ()),
            **({"secret": True} if field.get("writeOnly") else {}),
        }
    return properties


def _settings() -> dict[str, dict[str, Any]]:
    settings = _properties(Values)
    for setting in settings.values():
        setting.pop("required")
    settings[_ACCOUNT] = {
        "type": "string",
        "description": 'Which account\'s environment and stored log-in to use: "eu" reads `SIPGATE_EU_…`. '
        "Another account replaces the clients.",
    }
    return settings
