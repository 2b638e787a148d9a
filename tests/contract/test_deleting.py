"""DELETE: its response, and when the client is gone."""

from __future__ import annotations

from tests.contract.report import Contract

DELETE = "Resource, DELETE"


def test_deleting_is_answered_202_without_a_body(contract: Contract) -> None:
    contract.documented(DELETE, lambda s: (s.deletion.status, len(s.deletion.body)), (202, 0))


def test_observe_what_reading_answers_right_after(contract: Contract) -> None:
    contract.observed(DELETE, lambda s: s.deletion.then_read)


def test_observe_whether_the_list_still_has_the_client_right_after(contract: Contract) -> None:
    contract.observed(DELETE, lambda s: s.deletion.then_listed)


def test_observe_what_updating_answers_right_after(contract: Contract) -> None:
    contract.observed(DELETE, lambda s: s.deletion.then_updated)


def test_observe_what_a_log_in_through_the_client_gets_right_after(contract: Contract) -> None:
    contract.observed(DELETE, lambda s: s.deletion.then_at_the_log_in)


def test_observe_what_deleting_again_answers(contract: Contract) -> None:
    contract.observed(DELETE, lambda s: s.deletion.then_deleted_again)
