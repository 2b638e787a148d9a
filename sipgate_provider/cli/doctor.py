"""`doctor`: checks the set-up, and says what to fix."""

from __future__ import annotations

from dataclasses import asdict

import click

from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.cli.terminal import mark, printable_lines, show_json, stdout, working

_MARKS = {"good": ("✓", "+", "green"), "doubtful": ("!", "!", "yellow"), "bad": ("✗", "x", "red")}


@click.command("doctor", short_help="Check the setup, and say what to fix.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@OPTIONS
def command(session: Session, as_json: bool) -> None:
    """Check everything that `pulumi up` needs, and say what to fix.

    The command checks Pulumi's command line and SDK, the Python that Pulumi would start for this project and its
    modules, proxies, the stack's configuration, the credential, the connection to sipgate, and the credential's
    scopes. It changes nothing. To find out the scopes, it lists the clients and tries to delete one that cannot
    exist. What it starts of the project gets no credential.

    Exit code 1 means that `pulumi up` would fail. The JSON is an object. Its list `checks` has an object for each
    check, with `subject`, `state` ("good", "doubtful" or "bad"), `fact` and `remedy`.
    """
    from sipgate_provider.cli.diagnoses import diagnoses  # noqa: PLC0415

    with working("Looking..."):
        found = list(diagnoses(session))
    if as_json:
        show_json({"checks": [asdict(one) for one in found]})
    else:
        from rich.text import Text  # noqa: PLC0415

        console = stdout()
        width = max(len(one.subject) for one in found)
        arrow = mark("→", "->")
        for one in found:
            symbol, fallback, colour = _MARKS[one.state]
            console.print(
                Text.assemble(
                    (mark(symbol, fallback), colour),
                    f" {one.subject:{width}}  {printable_lines(one.fact)}",
                )
            )
            if one.remedy:
                console.print(Text(f"  {'':{width}}  {arrow} {printable_lines(one.remedy)}"))
    if any(one.state == "bad" for one in found):
        raise click.exceptions.Exit(1)
