"""Writes the two pages that Pulumi's registry expects in docs: `_index.md` and `installation-configuration.md`.

They are generated from the package's schema and the examples. The manual leaves them out, since the registry has a
format of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sipgate_provider.plugin.schema import package

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOT = Path(__file__).resolve().parents[1]
# The registry's name of a language, the program's file, and the language for syntax highlighting.
_PROGRAMS = (
    ("typescript", "examples/typescript/index.ts", "typescript"),
    ("python", "examples/quickstart/__main__.py", "python"),
    ("go", "examples/go/main.go", "go"),
    ("java", "examples/java/src/main/java/app/App.java", "java"),
    ("yaml", "examples/yaml/Pulumi.yaml", "yaml"),
)
_GENERATED = """\
Pulumi generates the SDK for a program from the folder `plugin` of the provider's repository, and builds the plugin's
Python environment:"""
_CONFIGURED = """\
Set each key with `pulumi config set`, and those marked as secret with `--secret`. Otherwise the provider reads the
environment variable. Requests go to another server than sipgate's only if the environment names it, in
`SIPGATE_BASE_URL` for the API and in `SIPGATE_TOKEN_URL` for the token endpoint."""


def write() -> None:
    """Writes the pages."""
    for name, content in pages().items():
        (_ROOT / "docs" / name).write_text(content)


def pages() -> dict[str, str]:
    """Returns the content of each page by file name."""
    schema = package()
    return {"_index.md": _index(schema), "installation-configuration.md": _installation(schema)}


def _front(title: str, description: str) -> str:
    return f"---\ntitle: {title}\nmeta_desc: {description}\nlayout: package\n---\n"


def _index(schema: Mapping[str, Any]) -> str:
    described = [
        f"- **`{token.rpartition(':')[2]}`**: {one['description'].partition(chr(10))[0]}"
        for token, one in (*schema["resources"].items(), *schema["functions"].items())
    ]
    languages = ",".join(language for language, _, _ in _PROGRAMS)
    parts = [
        _front(schema["displayName"], schema["description"]),
        schema["description"],
        "\n".join(described),
        "## Example",
        f'{{{{< chooser language "{languages}" >}}}}',
        *(_choosable(*program) for program in _PROGRAMS),
        "{{< /chooser >}}",
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _choosable(language: str, file: str, colours: str) -> str:
    code = (_ROOT / file).read_text().strip()
    return f"{{{{% choosable language {language} %}}}}\n\n```{colours}\n{code}\n```\n\n{{{{% /choosable %}}}}"


def _installation(schema: Mapping[str, Any]) -> str:
    name = schema["displayName"]
    language = schema["language"]
    # Pulumi derives it, with this address for want of a repository's.
    repository = schema.get("repository", f"https://example.com/pulumi-{schema['name']}")
    sdks = (
        ("TypeScript", language["nodejs"]["packageName"]),
        ("Go", f"{repository.partition('://')[2]}/sdk/go/{schema['name']}"),
        (".NET", f"{language['csharp']['rootNamespace']}.{schema['name'].capitalize()}"),
        ("Java", f"{language['java']['basePackage']}.{schema['name']}"),
    )
    parts = [
        _front(
            f"{name} Installation & Configuration",
            f"How to install and configure the {name} provider.",
        ),
        "## Installation",
        _GENERATED,
        "```sh\npulumi package add <repository>/plugin\n```",
        "| Language | What the program imports |\n| --- | --- |\n"
        + "\n".join(f"| {title} | `{imported}` |" for title, imported in sdks),
        "Python programs import `sipgate_provider`: run `pip install <repository>`. YAML programs need no SDK.",
        "## Configuration",
        _CONFIGURED,
        "| Key | Environment | Secret | Meaning |\n| --- | --- | --- | --- |\n"
        + "\n".join(
            _setting(schema["name"], *item) for item in schema["config"]["variables"].items()
        ),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _setting(namespace: str, key: str, given: Mapping[str, Any]) -> str:
    variables = given.get("defaultInfo", {}).get("environment", ())
    cells = (
        f"`{namespace}:{key}`",
        ", ".join(f"`{variable}`" for variable in variables),
        "yes" if given.get("secret") else "",
        given["description"],
    )
    return "| " + " | ".join(cells) + " |"
