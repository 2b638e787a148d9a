"""Sequences of requests with a code or a refresh token."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.verdicts.service import Browser
from tests.verdicts.token_client import OTHER, REDIRECT, S256, VERIFIER, Answer, Form, Play, said

Case = Callable[[], Answer]


def life_of_a_code(play: Play) -> Iterator[tuple[str, Case]]:  # noqa: C901 - one case each
    """Yields cases in which a code is used twice, late, or after an error."""

    def twice() -> Answer:
        form = play.pkce()
        tokens = play.post(form).json()
        again = said(play.post(form))
        renewed = play.proof | {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
        }
        return {"again": again, "then, its refresh token": said(play.post(renewed))}

    def twice_and_another() -> Answer:
        """Uses the code twice, and then the refresh token of another client in the same browser."""
        other = Play(play.service, public=True, path="another")
        other.browser = play.browser
        kept = other.refresh()
        play.post(form := play.pkce())
        play.post(form)
        return said(other.post(kept))

    def after_failure(**wrong: str) -> Callable[[], Answer]:
        def case() -> Answer:
            form = play.pkce()
            return {"first": said(play.post(form | wrong)), "then": said(play.post(form))}

        return case

    def with_plain() -> Answer:
        form = play.code(code_challenge=VERIFIER, code_challenge_method="plain")
        return said(play.post(form | {"code_verifier": VERIFIER}))

    def without_method() -> Answer:
        form = play.code(code_challenge=VERIFIER)
        return said(play.post(form | {"code_verifier": VERIFIER}))

    def of_two() -> Answer:
        one, other = play.pkce(), play.pkce()
        return {"newer": said(play.post(other)), "older": said(play.post(one))}

    def without_redirect_uri(**sent: str) -> Callable[[], Answer]:
        def case() -> Answer:
            single = Play(play.service, public=play.public, path=None)
            form = single.code(redirect_uri=None, **S256) | {"code_verifier": VERIFIER}
            del form["redirect_uri"]
            return said(single.post(form | sent))

        return case

    def with_openid() -> Answer:
        form = play.code(**S256, scope="openid", nonce="n") | {"code_verifier": VERIFIER}
        return said(play.post(form))

    def with_offline_access() -> Answer:
        form = play.code(**S256, scope="openid profile email") | {"code_verifier": VERIFIER}
        return said(play.post(form))

    yield "a code twice", twice
    yield "a code twice, and another client's log-in", twice_and_another
    yield "a code after a wrong verifier", after_failure(code_verifier="w" * 43)
    yield "a code after a wrong redirect URI", after_failure(redirect_uri=OTHER)
    yield "a code after an unknown client", after_failure(client_id="unknown")
    yield "a code after another client", after_failure(client_id=play.other_id)
    yield "a code after an unknown grant type", after_failure(grant_type="unknown")
    yield "a code with a plain challenge", with_plain
    yield "a code with a challenge without a method", without_method
    yield "two codes of one log-in", of_two
    yield "a code that was asked for without a redirect URI", without_redirect_uri()
    yield (
        "a code that was asked for without a redirect URI, with one",
        without_redirect_uri(redirect_uri=REDIRECT),
    )
    yield "a code with openid", with_openid
    yield "a code with openid, profile and email", with_offline_access


def life_of_a_refresh_token(play: Play) -> Iterator[tuple[str, Case]]:  # noqa: C901 - one case each
    """Yields cases in which a refresh token is used twice, late, or after an error."""

    def next_(form: Form) -> Form:
        # Keycloak's time has a resolution of a second, and it treats what happens within one as simultaneous.
        play.service.wait()
        return form | {"refresh_token": play.post(form).json()["refresh_token"]}

    def used_again() -> Answer:
        first = play.refresh()
        second = next_(first)
        return {"again": said(play.post(first)), "then, its successor": said(play.post(second))}

    def used_again_late() -> Answer:
        first = play.refresh()
        third = next_(next_(first))
        return {"again": said(play.post(first)), "then, the newest": said(play.post(third))}

    def used_again_and_another_log_in() -> Answer:
        other = Play(play.service, public=True, path="another")
        other.browser = play.browser
        kept = other.refresh()
        first = play.refresh()
        next_(first)
        play.post(first)
        return {
            "another client": said(other.post(kept)),
            "a new log-in of the browser": said(play.post(play.pkce())),
        }

    def used_again_of_another_browser() -> Answer:
        kept = play.refresh()
        play.browser = Browser(play.service)
        first = play.refresh()
        next_(first)
        play.post(first)
        return said(play.post(kept))

    def three_times() -> Answer:
        return said(play.post(next_(next_(next_(play.refresh())))))

    def two_of_one_log_in() -> Answer:
        one, other = play.refresh(), play.refresh()
        return {"newer": said(play.post(other)), "older": said(play.post(one))}

    def after_failure(**wrong: str) -> Callable[[], Answer]:
        def case() -> Answer:
            form = play.refresh()
            return {"first": said(play.post(form | wrong)), "then": said(play.post(form))}

        return case

    def narrowed() -> Answer:
        form = play.refresh()
        return said(play.post(next_(form | {"scope": "profile"})))

    yield "a used refresh token", used_again
    yield "a refresh token used long ago", used_again_late
    yield "a used refresh token, and another client's log-in", used_again_and_another_log_in
    yield "a used refresh token, and another browser", used_again_of_another_browser
    yield "a refresh token's third successor", three_times
    yield "two refresh tokens of one log-in", two_of_one_log_in
    yield "a refresh token after a wrong secret", after_failure(client_secret="wrong")
    yield "a refresh token after another client", after_failure(client_id=play.other_id)
    yield "a refresh token after an unknown scope", after_failure(scope="unknown")
    yield "a refresh token with fewer scopes", narrowed
