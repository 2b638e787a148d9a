"""What reaches a message from outside holds no credential, and moves no cursor."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sipgate_provider.scrubbing import one_line, scrubbed, shell_word


@pytest.mark.parametrize(
    "words",
    [
        "Bearer abc",
        "token=abc",
        '"clientSecret": "abc"',
        "token abc1",
        "51391a7e-0000-4000-8000-000000000000",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ3MCJ9.c2lnbmF0dXJl",
        "a1b2c3d4e5f6",
        "tok-0a1b2c3d4e5f6a7b8c9d",
        "a1b2c3d4e5f6a7.example",
    ],
)
def test_what_looks_like_a_credential_is_left_out(words: str) -> None:
    left = scrubbed(f"before {words} after")

    assert left.startswith("before")
    assert not {"abc", "abc1"} & set(left.replace('"', " ").split())
    assert not any(part in left for part in ("51391a7e", "eyJ", "a1b2c3d4", "0a1b2c3d"))


@pytest.mark.parametrize(
    "words",
    [
        "ip-172-31-255-254.eu-central-1.compute.internal is not reachable",
        "proxy01.internal.example.com: 407",
        "Account is not fully set up",
        "Invalid token issuer",
        "redirectUris[0] must not be blank",
    ],
)
def test_what_a_user_needs_to_read_is_kept(words: str) -> None:
    assert scrubbed(words) == words


def test_a_secret_is_left_out_however_it_is_spelled() -> None:
    assert scrubbed("a/b&c and a%2Fb%26c and a/b&amp;c", ["a/b&c"]) == "… and … and …"


def test_words_are_one_line_of_bounded_length_without_control_characters() -> None:
    assert one_line("a\n\x1b[31mb\u202ec\x00") == "a [31mb c"
    assert len(one_line("x" * 1_000_000)) == 200


@pytest.mark.parametrize(
    "text", ["$(rm -rf ~)", "`id`", "a b", "it's", "--all; true", "a\nb", "\x1b[31m", "plain"]
)
def test_a_word_of_a_command_does_nothing_but_be_one(text: str) -> None:
    run = subprocess.run(
        ["/bin/sh", "-c", f"printf %s {shell_word(text)}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == one_line(text)


@pytest.mark.parametrize(
    "spelled",
    [
        "it&#39;s/Geheim &quot;wort&quot;",
        'it\'s/Geheim \\"wort\\"',
        "it%27s%2fGeheim%20%22wort%22",
        'IT\'S/GEHEIM "WORT"',
    ],
)
def test_a_secret_in_another_spelling_is_not_shown(spelled: str) -> None:
    assert "eheim" not in scrubbed(f"Bad login {spelled}", ['it\'s/Geheim "wort"']).lower()


@pytest.mark.parametrize(
    ("secret", "spelled"),
    [
        ("correct horse battery", "correct\n horse  battery"),
        ('it\'s +1 "wort"', 'it\'s +1 \\"wort\\"'),
        ("geheim+%wort", "GEHEIM+%WORT"),
        ("geheim &amp wort", "Geheim &amp Wort"),
        ("geheim wort", "Geheim+Wort"),
    ],
)
def test_a_secret_is_found_though_a_spelling_changes_signs_of_its_own(
    secret: str, spelled: str
) -> None:
    assert scrubbed(f"Bad login {spelled}", [secret]) == "…"


@pytest.mark.parametrize(
    "text",
    [
        "upstream &#" + "9" * 5000 + ";",
        "&#x" + "f" * 5000,
        "a-" * 5_000_000,
        "a." * 5_000_000,
        "token " * 1_000_000,
        "\ud800" * 100_000,
        "=" * 5_000_000,
    ],
    ids=["number", "hexadecimal", "words", "labels", "tokens", "surrogates", "signs"],
)
def test_whatever_sipgate_answers_a_message_is_short_and_costs_no_more_than_a_short_text(
    text: str,
) -> None:
    steps: list[None] = []
    sys.setprofile(lambda *_: steps.append(None))
    try:
        shown = scrubbed(text, ["a secret of ours"])
    finally:
        sys.setprofile(None)

    assert len(shown) <= 200
    assert shown.isprintable()
    assert len(steps) < 10_000


@pytest.mark.parametrize("secret", ["hunter2 hunter2", "p&ss word/1", "x" * 3000])
@pytest.mark.parametrize("before", [0, 150, 980, 990, 999, 1500])
def test_the_beginning_of_a_secret_where_a_long_text_is_cut_is_not_shown(
    secret: str, before: int
) -> None:
    # What was removed before it would let the end of the text move up.
    filler = "hunter2! " * (before // 9) + " " * (before % 9)

    shown = scrubbed(f"{filler}{secret}", [secret, "hunter2! "])

    assert not any(secret[:length] in shown for length in range(4, 12))
