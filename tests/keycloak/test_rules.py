"""What the rules call an error is what a genuine Keycloak does not register."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, example, given, settings

from sipgate_provider.clients.findings import errors
from tests.verdicts.on_keycloak import OnKeycloak
from tests.verdicts.registered import ADDRESSES


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True)
@given(address=ADDRESSES)
@example(address="")
@example(address="//")
@example(address="//[::1]/{x")
@example(address="/{x}")
@example(address="localhost:8080/*")
@example(address="https://app.example.com:99999999999/")
def test_a_redirect_uri_is_an_error_if_and_only_if_keycloak_does_not_register_it(
    service: OnKeycloak, address: str
) -> None:
    # Keycloak registers an address of nothing but white space, since it looks at none that is empty.
    assume(not address or address.strip())
    registered = service.client((address,)) is not None

    assert bool(errors({"redirectUris": [address]})) is not registered
