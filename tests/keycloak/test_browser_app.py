"""The tests of the example `browser_app`, with a client that `pulumi up` makes in a genuine Keycloak."""

from __future__ import annotations

from tests.browser.test_browser_app import (
    app,
    test_a_destroyed_client_refuses_the_log_in,
    test_a_page_on_another_origin_cannot_log_in,
    test_a_page_on_another_origin_may_not_read_what_the_same_token_gets,
    test_logging_in_from_any_page_under_the_wildcard_shows_what_the_api_answers,
    test_logging_out_ends_the_log_in_at_sipgate_too,
    test_narrowed_redirect_uris_refuse_the_same_log_in,
    test_what_the_page_is_told_holds_no_secret,
)

__all__ = [
    "app",
    "test_a_destroyed_client_refuses_the_log_in",
    "test_a_page_on_another_origin_cannot_log_in",
    "test_a_page_on_another_origin_may_not_read_what_the_same_token_gets",
    "test_logging_in_from_any_page_under_the_wildcard_shows_what_the_api_answers",
    "test_logging_out_ends_the_log_in_at_sipgate_too",
    "test_narrowed_redirect_uris_refuse_the_same_log_in",
    "test_what_the_page_is_told_holds_no_secret",
]
