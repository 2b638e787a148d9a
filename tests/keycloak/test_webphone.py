"""The tests of the example `webphone`, with a client that `pulumi up` makes in a genuine Keycloak."""

from __future__ import annotations

from tests.browser.test_webphone import (
    certificate,
    test_a_site_that_an_up_adds_may_embed_the_webphone_from_then_on,
    test_a_site_that_the_stack_does_not_list_is_kept_out_by_its_origin,
    test_a_site_that_the_stack_lists_may_embed_the_webphone,
    test_after_destroy_nobody_can_log_in_through_the_webphone,
    webphone,
)

__all__ = [
    "certificate",
    "test_a_site_that_an_up_adds_may_embed_the_webphone_from_then_on",
    "test_a_site_that_the_stack_does_not_list_is_kept_out_by_its_origin",
    "test_a_site_that_the_stack_lists_may_embed_the_webphone",
    "test_after_destroy_nobody_can_log_in_through_the_webphone",
    "webphone",
]
