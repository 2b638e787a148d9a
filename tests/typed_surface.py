"""Everything public, used as programs and tests use it: type checkers read this, nobody runs it.

It holds what a user's editor is told, under mypy and pyright alike, each at its strictest.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pulumi
from typing_extensions import assert_type

import sipgate_provider as sipgate
from sipgate_provider import (
    GetOAuthClientResult,
    OAuthClient,
    __version__,
    get_oauth_client,
    get_oauth_client_output,
    get_oauth_clients,
    get_oauth_clients_output,
    native,
)
from sipgate_provider.errors import (
    APIError,
    AuthenticationError,
    ConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    SipgateError,
    TransportError,
    may_have_acted,
)
from sipgate_provider.simulator import (
    ALL,
    DEMO_PASSWORD,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    DEMO_USERNAME,
    READ,
    WRITE,
    Account,
    Answer,
    Delay,
    Fault,
    Misbehaviour,
    PersonalAccessToken,
    RequestRecord,
    Reset,
    Simulator,
    Stall,
    StorageError,
    Truncate,
    User,
)

version: str = __version__


class Tagged(sipgate.OAuthClient):
    """A user's subclass; the constructors return its own type."""


def declaring() -> OAuthClient:
    """Literals, lists, tuples and Outputs are inputs; all properties are Outputs."""
    crm = OAuthClient("crm", redirect_uris=["https://crm.example.com/*"])
    known_later = crm.client_id.apply(lambda client_id: f"https://{client_id}.example.com/*")
    assert_type(known_later, pulumi.Output[str])
    OAuthClient(
        "everything",
        pulumi.ResourceOptions(protect=True, depends_on=[crm]),
        redirect_uris=["https://crm.example.com/*", known_later],
        name=crm.name,
        description="A note",
        web_origins=("https://crm.example.com",),
        privacy_url=pulumi.Output.from_input("https://example.com/privacy"),
        terms_url=crm.terms_url,
        account="eu",
    )
    OAuthClient(
        "lists", opts=None, redirect_uris=crm.redirect_uris, web_origins=crm.web_origins, name=None
    )
    assert_type(crm.id, pulumi.Output[str])
    assert_type(crm.client_id, pulumi.Output[str])
    assert_type(crm.client_secret, pulumi.Output[str])
    assert_type(crm.name, pulumi.Output[str])
    assert_type(crm.description, pulumi.Output[str])
    assert_type(crm.redirect_uris, pulumi.Output[list[str]])
    assert_type(crm.web_origins, pulumi.Output[list[str]])
    assert_type(crm.privacy_url, pulumi.Output[str])
    assert_type(crm.terms_url, pulumi.Output[str])
    assert_type(crm.urn, pulumi.Output[str])
    return crm


def declaring_for_the_native_plugin(token: pulumi.Output[str]) -> None:
    """The same constructor from another module, and providers for several accounts."""
    eu = native.Provider("eu", token_id="token-XXXXXX", token=token, parallel=4, account="eu")
    crm = native.OAuthClient(
        "crm", pulumi.ResourceOptions(provider=eu), redirect_uris=["https://crm.example.com/*"]
    )
    phone = native.OAuthClient.for_webphone("phone", embedded_in=[token], account="eu")
    asked = pulumi.InvokeOptions(provider=eu)
    assert_type(crm.client_secret, pulumi.Output[str])
    assert_type(phone, native.OAuthClient)
    assert_type(native.OAuthClient.get("crm", crm.id), native.OAuthClient)
    assert_type(native.get_oauth_client(name="crm", opts=asked), GetOAuthClientResult)
    assert_type(native.get_oauth_clients(name="crm-*"), list[GetOAuthClientResult])
    assert_type(
        native.get_oauth_client_output(crm.client_id, opts=asked),
        pulumi.Output[GetOAuthClientResult],
    )
    assert_type(
        native.get_oauth_clients_output(name=token), pulumi.Output[list[GetOAuthClientResult]]
    )


def declaring_the_documented_uses(site: pulumi.Output[str]) -> None:
    """The two constructors take what they are about, and everything else like the class."""
    phone = OAuthClient.for_webphone(
        "phone",
        pulumi.ResourceOptions(protect=True),
        embedded_in=["https://intranet.example.com", site],
        name="Telephone",
        description="In the intranet",
        privacy_url="https://example.com/privacy",
        terms_url="https://example.com/terms",
        account="eu",
    )
    app = Tagged.for_browser_app(
        "app",
        redirect_uris=site.apply(lambda url: [f"{url}/*"]),
        web_origins=[site],
        name=site,
        description=site,
        privacy_url=site,
        terms_url=site,
        account=None,
    )
    assert_type(phone, OAuthClient)
    assert_type(app, Tagged)


def reading(client_id: pulumi.Output[str]) -> None:
    """A client that is only read has the same attributes."""
    read = OAuthClient.get("crm", "2556404-0-dc848ae6-085c-11e8-92a6-31b99c83912e")
    later = Tagged.get("crm", client_id, pulumi.ResourceOptions(), account="eu")
    assert_type(read, OAuthClient)
    assert_type(later, Tagged)
    assert_type(later.client_secret, pulumi.Output[str])


def looking_up(client_id: pulumi.Output[str]) -> None:
    """The plain functions return values, the others an Output; a secret is an Output in both."""
    by_id = get_oauth_client("2556404-0-dc848ae6-085c-11e8-92a6-31b99c83912e", account="eu")
    by_name = get_oauth_client(name="CRM integration")
    assert_type(by_id, GetOAuthClientResult)
    assert_type(by_name.client_id, str)
    assert_type(by_name.client_secret, pulumi.Output["str | None"])
    assert_type(by_name.name, str)
    assert_type(by_name.description, str)
    assert_type(by_name.redirect_uris, list[str])
    assert_type(by_name.web_origins, list[str])
    assert_type(by_name.privacy_url, str)
    assert_type(by_name.terms_url, str)
    assert_type(get_oauth_clients(), list[GetOAuthClientResult])
    assert_type(get_oauth_clients(name="crm-*", account="eu"), list[GetOAuthClientResult])
    waits = get_oauth_client_output(client_id, account="eu")
    assert_type(waits, pulumi.Output[GetOAuthClientResult])
    assert_type(waits.apply(lambda client: client.name), pulumi.Output[str])
    # Not with `apply`: mypy does not flatten an Output in an Output, as Pulumi does at run time.
    assert_type(waits.client_secret, pulumi.Output[Any])
    get_oauth_client_output(name=client_id)
    several = get_oauth_clients_output(name=client_id, account="eu")
    assert_type(several, pulumi.Output[list[GetOAuthClientResult]])
    assert_type(several.apply(len), pulumi.Output[int])


def telling_errors_apart() -> str:
    """The hierarchy of exceptions, as a caller catches them."""
    try:
        get_oauth_clients()
    except pulumi.RunError as failed:
        cause = failed.__cause__
        if isinstance(
            cause, AuthenticationError | PermissionDeniedError | NotFoundError | RateLimitError
        ):
            assert_type(cause.status, int)
        if isinstance(cause, APIError):
            assert_type(cause.status, int)
            assert_type(cause.method, str)
            assert_type(cause.path, str)
            return cause.detail
        if isinstance(cause, TransportError):
            assert_type(cause.sent, bool)
        if isinstance(cause, SipgateError):
            assert_type(may_have_acted(cause), bool)
            return str(cause.followed_by("Try again."))
    return str(ConfigurationError("There is no credential for sipgate."))


def simulating(folder: Path) -> None:
    """A simulator with all arguments, as a context manager and started explicitly."""
    seen: list[RequestRecord] = []
    account = Account(
        users=[User("anna@example.com", "secret", frozenset({READ}), may_manage_clients=False)],
        personal_access_tokens=[PersonalAccessToken("token-AAAAAA", "secret", frozenset({ALL}))],
        number=1234567,
    )
    with Simulator(
        account,
        host="127.0.0.1",
        port=0,
        latency=0.1,
        token_life=60,
        allow_remote=False,
        tls=True,
        file=folder / "sipgate.db",
        on_request=seen.append,
    ) as simulator:
        assert_type(simulator, Simulator)
        assert_type(simulator.base_url, str)
        assert_type(simulator.token_url, str)
        assert_type(simulator.page_url, str)
        assert_type(simulator.ca_pem, bytes)
        assert_type(simulator.tls_handshakes, int)
        assert_type(simulator.account, Account)
        simulator.clock.advance(300)
        simulator.switches.post_without_secret = True
        simulator.switches.extra_fields = {"realm": "third-party"}
        simulator.switches.error_shape = "mixed"
    try:
        several = Simulator(accounts=[account, Account.demo()], file="sipgate.db").start()
    except StorageError as error:
        raise SystemExit(str(error)) from error
    several.stop()


def calling(simulator: Simulator) -> tuple[str, tuple[str, str]]:
    """The simulator's URLs and credentials."""
    return simulator.base_url, (DEMO_TOKEN_ID, DEMO_TOKEN)


def managing_the_account(account: Account) -> None:
    """Changes that a test makes without the provider."""
    client = account.add_client(name="crm", redirectUris=["https://crm.example.com/*"])
    assert_type(client, dict[str, Any])
    assert_type(account.clients(), list[dict[str, Any]])
    assert_type(account.client(client["clientId"]), dict[str, Any])
    assert_type(account.alter_client(client["clientId"], name="drifted"), dict[str, Any])
    account.remove_client(client["clientId"])
    user = account.add_user(DEMO_USERNAME, DEMO_PASSWORD, READ, WRITE, may_manage_clients=False)
    assert_type(user, User)
    assert_type(user.scopes, frozenset[str])
    assert_type(account.user(user.username), User | None)
    token = account.add_personal_access_token(READ)
    assert_type(token, PersonalAccessToken)
    assert_type((token.token_id, token.token), tuple[str, str])
    assert_type(account.personal_access_token(DEMO_TOKEN_ID), PersonalAccessToken | None)
    account.remove_personal_access_token(token.token_id)
    assert_type(account.number, int)


def misbehaving(simulator: Simulator) -> None:
    """Faults and logged requests."""
    faults: list[Fault] = [
        Answer(503, "Come back later", {"Retry-After": "1"}, taken=True),
        Reset(taken=True),
        Truncate(declared=False),
        Delay(0.5, taken=False),
        Stall(),
    ]
    for fault in faults:
        ordered = simulator.misbehave(fault, method="POST", path=r"clients$", times=None)
        assert_type(ordered, Misbehaviour)
        assert_type(ordered.hits, int)
        assert_type(ordered.path.pattern, str)
    simulator.behave()
    assert_type(simulator.issue_access_token(READ, life=10), str)
    assert_type(simulator.issue_refresh_token(READ, client_id="sipgate-app-web"), str)
    simulator.end_access_tokens()
    for request in simulator.requests:
        assert_type((request.method, request.path), tuple[str, str])
        assert_type(request.time, dt.datetime)
        assert_type(request.status, int | None)
        assert_type(request.milliseconds, float | None)
        assert_type(request.as_json(), dict[str, Any])
    assert_type(simulator.count("GET", r"/clients"), int)
    simulator.clear_requests()


def test_a_suite_of_ones_own(sipgate_simulator: Simulator) -> None:
    """The fixture that `pytest_plugins` enables."""
    assert_type(sipgate_simulator.base_url, str)
