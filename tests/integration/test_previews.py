"""What a preview says: of drifted lists, of ignored changes, and of lookups that it cannot answer yet."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sipgate_provider.simulator import DEMO_TOKEN_ID, Simulator
from tests.engine_fixtures import BOTH_HOSTS

DECLARED = [f"https://{letter}.example.com/*" for letter in "abc"]
FOREIGN = "https://x.example.com/*"
IN_YAML = """name: trial
runtime: yaml
resources:
  crm:
    type: sipgate:OAuthClient
    properties:
      redirectUris: {uris}
    options:
      ignoreChanges: ['["redirectUris"][0]']
"""
TRANSFORMED = """
import pulumi
import sipgate_provider as sipgate
def transform(args):
    options = pulumi.ResourceOptions({option})
    return pulumi.ResourceTransformationResult(
        args.props, pulumi.ResourceOptions.merge(args.opts, options)
    )
pulumi.runtime.register_stack_transformation(transform)
sipgate.OAuthClient("crm", redirect_uris=["https://crm.example.com/*"])
"""
TAKEN_ALONG = """
import pulumi
import sipgate_provider as sipgate
app = pulumi.ComponentResource("acme:App", "app")
sipgate.OAuthClient(
    "crm",
    redirect_uris=["https://crm.example.com/*"],
    opts=pulumi.ResourceOptions(deleted_with=app),
)
"""
UNKNOWN_PROVIDER = """
import pulumi
import sipgate_provider.native as sipgate
first = sipgate.OAuthClient("first", redirect_uris=["https://first.example.com/*"])
# Not known before the first `up`.
token = first.client_id.apply(lambda _: pulumi.Config().require_secret("token"))
own = sipgate.Provider("own", token_id=first.client_id.apply(lambda _: {token_id!r}), token=token)
options = pulumi.InvokeOptions(provider=own)
later = sipgate.get_oauth_client_output(name="first", opts=pulumi.InvokeOutputOptions(provider=own))
several = sipgate.get_oauth_clients_output(opts=pulumi.InvokeOutputOptions(provider=own))
pulumi.export("later", later.client_id)
pulumi.export("several", several.apply(lambda found: len(found)))
pulumi.export("now", sipgate.get_oauth_clients(opts=options)[:0])
"""
OF_A_NEW_CLIENT = """
import pulumi
import sipgate_provider as sipgate
crm = sipgate.OAuthClient("crm", redirect_uris=["https://crm.example.com/*"])
found = sipgate.get_oauth_client_output(name=crm.name)
listed = sipgate.get_oauth_clients_output(name=crm.name)
pulumi.export("found", found.client_id)
pulumi.export("listed", listed.apply(lambda clients: [client.client_id for client in clients]))
"""
DEPENDENT = """
import pulumi
import sipgate_provider.native as sipgate
crm = sipgate.OAuthClient("crm", redirect_uris=["https://crm.example.com/*"])
found = sipgate.get_oauth_client_output(
    name="crm", opts=pulumi.InvokeOutputOptions(depends_on=[crm])
)
pulumi.export("found", found.client_id)
"""


def warned(output: str) -> set[str]:
    """The warnings of options in the engine's output, which repeats each one."""
    lines = (line.partition("warning: ")[2] for line in output.splitlines())
    return {line for line in lines if "Leave" in line}


@BOTH_HOSTS
@pytest.mark.parametrize("property_name", ["redirect_uris", "web_origins"])
def test_a_foreign_entry_in_a_list_is_one_line_of_the_preview(
    engine: Any, sipgate: Simulator, property_name: str
) -> None:
    lists = {"redirect_uris": DECLARED, "web_origins": [uri[:-2] for uri in DECLARED]}
    engine.client(**lists)
    engine.succeeds("up", "--yes", "--skip-preview")
    (client,) = sipgate.account.clients()
    name = {"redirect_uris": "redirectUris", "web_origins": "webOrigins"}[property_name]
    foreign = FOREIGN if property_name == "redirect_uris" else FOREIGN[:-2]
    sipgate.account.alter_client(client["clientId"], **{name: [foreign, *client[name]]})

    preview = engine.succeeds("preview", "--refresh", "--diff")

    changed = [line.strip() for line in preview.splitlines() if "example.com" in line]
    # It came by the refresh, and the update takes it away.
    assert [line for line in changed if line[0] in "+-~"] == [
        f'+ [3]: "{foreign}"',
        f'- [3]: "{foreign}"',
    ]
    engine.succeeds("up", "--refresh", "--yes", "--skip-preview")
    assert sorted(sipgate.account.clients()[0][name]) == sorted(lists[property_name])


@BOTH_HOSTS
@pytest.mark.each_case
def test_an_unchanged_client_with_defaults_shows_no_diff_where_the_program_runs(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(redirect_uris=DECLARED, terms_url=None)
    program = (engine.project / "__main__.py").read_text()
    engine.succeeds("up", "--yes", "--skip-preview")
    # An output of None is left out as well.
    engine.write(program.replace("terms_url=None", "terms_url=pulumi.Output.from_input(None)"))

    shown = [
        engine.succeeds("refresh", "--run-program", "--yes", "--skip-preview"),
        engine.succeeds("preview", "--refresh", "--run-program"),
        engine.succeeds("preview", "--refresh"),
    ]

    for output in shown:
        assert "refreshing" in output
        assert "diff:" not in output
        assert "2 unchanged" in output
    assert sipgate.count("PUT") == 0


@BOTH_HOSTS
@pytest.mark.each_case
def test_a_refused_entry_is_named_beside_the_property_s_value_which_is_hidden_if_it_is_secret(
    engine: Any,
) -> None:
    given = {
        "['https://open.example.com/', secret]": "value {[{https://open.example.com/} {[secret]}]} has",
        "pulumi.Output.all('https://open.example.com/', secret)": "value {[secret]} has",
        "['https://open.example.com/', 'https://open.example.com/#']": "/} {https://open.example.com/#}]}",
    }
    for uris, shown in given.items():
        engine.write(
            "import pulumi\nimport sipgate_provider as sipgate\n"
            "secret = pulumi.Output.secret('https://hidden.example.com/#top')\n"
            f"sipgate.OAuthClient('crm', redirect_uris={uris})\n"
        )

        refused = engine.pulumi("preview")

        assert refused.code != 0
        assert "property redirectUris value" in refused.output
        assert shown in refused.output
        assert "a problem: in entry 2, leave out # and what follows" in refused.output
        assert "hidden" not in refused.output


@BOTH_HOSTS
@pytest.mark.each_case
def test_text_is_checked_before_anything_is_created(engine: Any, sipgate: Simulator) -> None:
    engine.write(
        "import pulumi\nimport sipgate_provider as sipgate\n"
        "host = pulumi.Output.secret('crm.example.com')\n"
        "sipgate.OAuthClient('crm', name='c\\x9brm', description=f'for {host}',\n"
        "    redirect_uris=[f'https://{host}/*'], privacy_url=f'https://crm.example.com/{host}')\n"
    )

    refused = engine.up()

    assert refused.code != 0
    assert "a problem: leave out control characters" in refused.output
    said = "build it with apply, Output.format, pulumi.interpolate or pulumi.Sprintf"
    for name in ("description", "redirectUris", "privacyUrl"):
        assert f"property {name} value" in refused.output
    assert refused.output.count(f"a problem: {said}") >= 2
    assert f"a problem: in entry 1, {said}" in refused.output
    assert not sipgate.account.clients()


@BOTH_HOSTS
@pytest.mark.each_case
def test_white_space_and_links_that_nobody_opens_are_warned_about(engine: Any) -> None:
    engine.client(
        redirect_uris=DECLARED, name=" crm", description="note\n", terms_url="file:///terms"
    )

    created = engine.up()

    assert created.code == 0, created.output
    assert "warning: name: leave out the white space" in created.output
    assert "warning: description: leave out the white space" in created.output
    assert "warning: termsUrl: use https" in created.output


@pytest.mark.parametrize("host", ["native"])
def test_the_line_break_at_the_end_of_a_block_of_yaml_is_warned_about(engine: Any) -> None:
    program = IN_YAML.format(uris=DECLARED).partition("    options:")[0]
    (engine.project / "Pulumi.yaml").write_text(f"{program}      description: |\n        A note\n")
    warned = engine.succeeds("preview")
    (engine.project / "Pulumi.yaml").write_text(f"{program}      description: |-\n        A note\n")

    assert "warning: description: leave out the white space at the beginning or end" in warned
    assert "warning: description" not in engine.succeeds("preview")


@BOTH_HOSTS
@pytest.mark.parametrize("path", ['["redirectUris"][0]', "redirectUris[*]", "redirect_uris[0]"])
def test_changes_of_a_single_entry_cannot_be_ignored_and_nothing_is_changed(
    engine: Any, sipgate: Simulator, path: str
) -> None:
    engine.client(redirect_uris=DECLARED)
    engine.succeeds("up", "--yes", "--skip-preview")
    (client,) = sipgate.account.clients()
    sipgate.account.alter_client(client["clientId"], redirectUris=[FOREIGN, *DECLARED[1:]])
    program = (engine.project / "__main__.py").read_text()
    options = f"opts=pulumi.ResourceOptions(ignore_changes=[{path!r}]), "
    engine.write(program.replace("OAuthClient('crm', ", f"OAuthClient('crm', {options}"))

    refused = engine.up("--refresh")

    assert refused.code != 0
    assert f"Changes of {path} cannot be ignored" in refused.output
    assert FOREIGN in sipgate.account.clients()[0]["redirectUris"]
    assert sipgate.count("PUT") == 0


def test_an_entry_cannot_be_ignored_by_a_transformation_of_the_whole_stack(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(TRANSFORMED.format(option="ignore_changes=['tags', 'redirectUris[0]']"))

    refused = engine.up()

    assert "OAuthClient 'crm': Changes of redirectUris[0] cannot be ignored" in refused.output
    assert not sipgate.account.clients()


@pytest.mark.parametrize("host", ["native"])
def test_the_plugin_refuses_to_ignore_an_entry_in_every_language(
    engine: Any, sipgate: Simulator
) -> None:
    (engine.project / "Pulumi.yaml").write_text(IN_YAML.format(uris=DECLARED))
    engine.succeeds("up", "--yes", "--skip-preview")
    (engine.project / "Pulumi.yaml").write_text(IN_YAML.format(uris=DECLARED[1:]))

    refused = engine.up()

    assert 'Changes of ["redirectUris"][0] cannot be ignored' in refused.output
    assert sipgate.count("PUT") == 0


@BOTH_HOSTS
@pytest.mark.each_case
def test_replace_on_changes_and_its_warning_agree(
    engine: Any, sipgate: Simulator, host: str
) -> None:
    outputs = []
    for description in ("first", "second"):
        engine.client(redirect_uris=DECLARED, description=description)
        program = (engine.project / "__main__.py").read_text()
        options = "opts=pulumi.ResourceOptions(replace_on_changes=['description']), "
        engine.write(program.replace("OAuthClient('crm', ", f"OAuthClient('crm', {options}"))
        outputs.append(engine.succeeds("up", "--yes", "--skip-preview"))

    replaced = sipgate.count("DELETE") == 1
    assert replaced is (host == "native")
    said = "replaces this client" if replaced else "has no effect with the dynamic provider"
    assert f"`replace_on_changes` {said}" in outputs[1]
    assert len(warned(outputs[1])) == 1


@pytest.mark.each_case
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("retain_on_delete=True", None),
        ("retain_on_delete=True, replacement_trigger='{run}'", "With `retain_on_delete`, a rep"),
        ("delete_before_replace=True, replacement_trigger='{run}'", "With `delete_before_replace`"),
    ],
)
def test_a_replacement_that_leaves_a_client_or_an_outage_is_warned_of_in_one_sentence(
    engine: Any, sipgate: Simulator, options: str, words: str | None
) -> None:
    outputs = []
    for run in "12":
        given = f"opts=pulumi.ResourceOptions({options.format(run=run)}), "
        engine.client(redirect_uris=DECLARED)
        program = (engine.project / "__main__.py").read_text()
        engine.write(program.replace("OAuthClient('crm', ", f"OAuthClient('crm', {given}"))
        outputs.append(engine.succeeds("up", "--yes"))

    left_over = len(sipgate.account.clients()) == 2
    assert left_over is (words is not None and "retain" in words)
    assert [line[: len(words or "")] for line in warned(outputs[1])] == ([words] if words else [])


@BOTH_HOSTS
def test_a_client_that_another_resource_takes_along_is_left_alive_which_is_warned_of(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(TAKEN_ALONG)

    preview = engine.succeeds("preview")
    created = engine.succeeds("up", "--yes", "--skip-preview")
    engine.succeeds("destroy", "--yes", "--skip-preview")

    for output in (preview, created):
        assert "warning: If Pulumi deletes the resource of `deleted_with`, it forgets" in output
    assert not engine.resources()
    assert len(sipgate.account.clients()) == 1


def test_an_option_of_a_transformation_is_warned_of(engine: Any) -> None:
    engine.write(TRANSFORMED.format(option="delete_before_replace=True"))

    assert "With `delete_before_replace`, a replacement deletes" in engine.succeeds("preview")


@pytest.mark.parametrize("host", ["native"])
def test_a_lookup_through_a_provider_of_unknown_settings_is_unknown_in_a_preview(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(UNKNOWN_PROVIDER.format(token_id=DEMO_TOKEN_ID))
    engine.succeeds("config", "set", "--secret", "token", engine.environment["SIPGATE_TOKEN"])

    preview = engine.succeeds("preview")
    engine.succeeds("up", "--yes", "--skip-preview")

    assert "Traceback" not in preview
    (client,) = sipgate.account.clients()
    outputs = json.loads(engine.succeeds("stack", "output", "--json"))
    assert outputs == {"later": client["clientId"], "several": 1, "now": []}


@pytest.mark.parametrize("host", ["native"])
def test_a_lookup_of_a_client_that_is_still_to_be_created_is_unknown_in_a_preview(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(DEPENDENT)

    engine.succeeds("preview")
    engine.succeeds("up", "--yes", "--skip-preview")

    (client,) = sipgate.account.clients()
    assert json.loads(engine.succeeds("stack", "output", "--json")) == {"found": client["clientId"]}


@BOTH_HOSTS
def test_a_lookup_by_the_name_of_a_client_that_is_still_to_be_created_is_unknown_in_a_preview(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(OF_A_NEW_CLIENT)

    engine.succeeds("preview")
    engine.succeeds("up", "--yes", "--skip-preview")
    engine.succeeds("preview")

    (client,) = sipgate.account.clients()
    assert json.loads(engine.succeeds("stack", "output", "--json")) == {
        "found": client["clientId"],
        "listed": [client["clientId"]],
    }
