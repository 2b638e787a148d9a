"""Addresses to register, including very unusual ones."""

from __future__ import annotations

from hypothesis import strategies as st

_PIECES = (
    *("https:", "HTTP:", "com.app:", "data:", ":", "/", "//", "?", "#", "*", "@", "localhost", "a", "Ä", "8080"),
    *("1.2", ".", "{", "}", "{x}"),
    *("[::1]", "[", "]", "[fe80::1%eth0]", "%", "%41", "|", "\\", " ", "\x7f", "\x85", "\u200b", "\u2028", "_", "-"),
)  # fmt: skip

ADDRESSES = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.lists(st.sampled_from(_PIECES), max_size=8).map("".join),
    st.lists(st.sampled_from(_PIECES), max_size=6).map(lambda pieces: "https://" + "".join(pieces)),
)
