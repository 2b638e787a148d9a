"""What is recorded of Keycloak is what it answers, and what nobody wrote down it decides as the simulator does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipgate_provider.simulator import Simulator
from tests.verdicts import known
from tests.verdicts.addresses import PARAMETERS
from tests.verdicts.on_keycloak import OnKeycloak
from tests.verdicts.on_simulator import OnSimulator
from tests.verdicts.redirect_uris import ask
from tests.verdicts.tables import TABLES, differences, recorded

# An address from its parts, each of which is mostly sound.
SCHEMES = st.sampled_from(
    ["https://"] * 6 + ["http://"] * 4
    + ["HTTPS://", "com.example.app:/", "com.example.app:", "https:/", "ftp://", "", "javascript:"]
)  # fmt: skip
HOSTS = st.sampled_from(
    ["app.example.com"] * 6 + ["localhost", "127.0.0.1", "[::1]"] * 2 + [
        "APP.example.com", "app.example.com.", "app_1.example.com", "bücher.example", "xn--bcher-kva.example",
        "app.example.com.evil.example", "user@app.example.com", "app.example.com@evil.example", "", "evil.example",
        "1.2.3", "256.1.1.1", "a-.example.com", "[::1", "[1::2::3]", "app%2eexample.com", "app.example.com\\evil",
    ]
)  # fmt: skip
PORTS = st.sampled_from(
    [""] * 8 + [":8443", ":443", ":80", ":54321", ":", ":x", ":*", ":99999999999"]
)
SEGMENTS = st.sampled_from(
    ["/callback"] * 4 + [
        "/app", "/", "/a", "/..", "/.", "/%2e%2e", "/%252e%252e", "/..;x", "/..%2f", "/;a=b", "/%", "/a b", "/%20",
        "/ä",
        "\\..", "/|", "/{a}", "/[a]", "/\t", "/%09", "/%c3%a4", "/a*", "*", "/*", "/@", "/:", "/+", "/'", "/%5c..%5c",
    ]
)  # fmt: skip
PATHS = st.lists(SEGMENTS, max_size=4).map("".join)
ENDS = st.sampled_from(
    [""] * 12 + ["?", "#", "?a=b", "#a", "?*", "?a=b#c", "?a=%", "?a=[b]", "?&a=b&", "#a#b", "?a?b", "?a=ä", "?a=b c"]
    + [f"?{name}=1" for name in PARAMETERS] + [f"#{name.upper()}" for name in PARAMETERS]
)  # fmt: skip
ADDRESSES = st.tuples(SCHEMES, HOSTS, PORTS, PATHS, ENDS).map("".join)
REGISTERED = st.one_of(ADDRESSES, ADDRESSES.map(lambda address: f"{address}*"), st.just("*"))


# What is put into an address, or in place of one of its characters.
SIGNS = st.one_of(
    st.sampled_from("%/\\.:;?#[]@!$&'()*+,=-_~|^`{}<>\" \t\x00\x7f\x85"),
    st.sampled_from(["%2e", "%2f", "%00", "..", "//", "code=1", "&state", "%25", "://", "*."]),
    st.characters(codec="utf-8"),
)


@st.composite
def edited(draw: st.DrawFn, address: str) -> str:
    """The address with a few changes at any place."""
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(address)))
        behind = place + draw(st.integers(0, 1))
        address = address[:place] + draw(SIGNS) + address[behind:]
    return address


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """What is registered, and an address that is related to it or not."""
    registered = draw(REGISTERED)
    stem = registered.rstrip("*")
    asked = draw(
        st.one_of(
            st.just(registered),
            ADDRESSES,
            st.tuples(st.just(stem), PATHS, ENDS).map("".join),
            edited(stem),
        )
    )
    return registered, asked


@pytest.fixture(scope="module")
def simulated() -> Iterator[OnSimulator]:
    with Simulator() as simulator:
        yield OnSimulator(simulator)


@pytest.mark.parametrize("table", TABLES)
def test_keycloak_answers_what_is_recorded_of_it(service: OnKeycloak, table: str) -> None:
    found = differences(table, recorded()[table], TABLES[table](service))

    assert not found, "Run `python -m tests.verdicts` and look at what has changed."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True)
@given(pair=pairs())
def test_both_send_a_browser_to_the_same_generated_addresses(
    service: OnKeycloak, simulated: OnSimulator, pair: tuple[str, str]
) -> None:
    registered, asked = pair
    client_id = service.client((registered,))
    other_id = simulated.client((registered,))
    assert other_id
    # What Keycloak does not register it cannot be sent to; the simulator registers everything.
    theirs = client_id is not None and ask(service, client_id, asked)
    ours = ask(simulated, other_id, asked)

    name = f"{registered} <- {asked}"
    explained = any(one.pattern.fullmatch(name) for one in known.DIFFERENCES["redirect URIs"])
    assert ours == theirs or (explained and not ours)
