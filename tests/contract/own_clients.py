"""The clients that a run creates. They have recognizable names, and are deleted however the run ends.

A name consists of `sipgate-provider contract`, the time and a random number. So a client is found again if the response
to its POST was lost or an earlier run was killed. Clients with other names are never changed.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from types import FrameType
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["CLIENTS", "MOST_CLIENTS", "MOST_WHILE_DELETING", "LeftBehindError", "OwnClients"]

CLIENTS = "/authorization/oauth2/clients"
MOST_CLIENTS = 8
"""Maximum number of clients that a run creates."""
_TRIES = 5
_MOST_LEFT_OVERS = 10
MOST_WHILE_DELETING = _TRIES * (MOST_CLIENTS + 1) + 1 + _MOST_LEFT_OVERS
"""Maximum number of requests to delete them and those that an earlier run has left behind."""
_NAME = re.compile(r"sipgate-provider contract (\d{8}T\d{6}Z) [0-9a-f]{12}(?: \w+)?")
_TIME = "%Y%m%dT%H%M%SZ"
_OLD = timedelta(days=1)
_LONGEST_PAUSE = 60
# 202 is sipgate's response. With 404, an earlier request has deleted the client.
_DELETED = frozenset({200, 202, 204, 404})
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)

Ask = Callable[..., requests.Response]


class LeftBehindError(Exception):
    """Clients of this run may still exist. The message says how to find them."""


class OwnClients:
    """Creates clients, and deletes them all at the end of the block.

    Attributes:
        name: Prefix of all clients' names.
    """

    def __init__(self, ask: Ask, *, pause: float = 5.0) -> None:
        """Creates no client yet.

        Args:
            ask: Sends a request to the API; takes the method, the path and arguments of `requests`.
            pause: Seconds between two attempts to delete.
        """
        self._ask = ask
        self._pause = pause
        self._started = datetime.now(timezone.utc)
        self.name = f"sipgate-provider contract {self._started:{_TIME}} {secrets.token_hex(6)}"
        self._made: set[str] = set()
        self._posts = 0
        self._unanswered = False
        self._handlers: dict[signal.Signals, Any] = {}

    def post(self, body: dict[str, Any], **how: Any) -> requests.Response:
        """Creates a client, and returns the response.

        Args:
            body: The body, whose name starts with the prefix.
            how: Other arguments of `ask`.

        Raises:
            AssertionError: The name lacks the prefix, or there would be too many clients.
            RequestException: There is no response.
        """
        assert body["name"].startswith(self.name), "no client without a name to find it by"
        assert self._posts < MOST_CLIENTS, f"more than {MOST_CLIENTS} clients"
        self._posts += 1
        self._unanswered = True
        answer = self._ask("POST", CLIENTS, **{"json": body} | how)
        self._unanswered = answer.status_code >= requests.codes.server_error
        if answer.ok:
            self._unanswered = True
            self._made.add(answer.json()["clientId"])
            self._unanswered = False
        return answer

    def __enter__(self) -> Self:
        """Deletes what an earlier run has left behind, as far as possible."""
        if threading.current_thread() is threading.main_thread():
            self._handlers = {signal.SIGINT: signal.getsignal(signal.SIGINT)}
            self._handlers |= {name: signal.signal(name, _interrupt) for name in _SIGNALS}
        with contextlib.suppress(requests.RequestException, ValueError, LookupError, TypeError):
            self._delete_left_overs()
        return self

    def __exit__(self, *_: object) -> None:
        """Deletes all clients.

        Raises:
            LeftBehindError: A client may not have been deleted.
        """
        # Signals are ignored, so that an impatient user leaves no clients behind. It takes a few minutes at worst.
        for name in self._handlers:
            signal.signal(name, signal.SIG_IGN)
        try:
            self._delete_all()
        finally:
            for name, handler in self._handlers.items():
                signal.signal(name, handler)

    def _delete_left_overs(self) -> None:
        found = [
            client["clientId"]
            for client in self._listed()
            if (matched := _NAME.fullmatch(client["name"]))
            and datetime.strptime(matched[1], _TIME).replace(tzinfo=timezone.utc)
            < self._started - _OLD
        ]
        for client_id in found[:_MOST_LEFT_OVERS]:
            self._ask("DELETE", f"{CLIENTS}/{client_id}", bounded=False)

    def _delete_all(self) -> None:
        if not self._posts:
            return
        # A client whose POST got no response may appear late.
        looks = 2 if self._unanswered else 1
        waiting = set(self._made)
        gone: set[str] = set()
        for _ in range(_TRIES):
            pause = self._pause
            with contextlib.suppress(requests.RequestException, ValueError, LookupError, TypeError):
                listed = self._listed()
                looks -= 1
                waiting |= {c["clientId"] for c in listed if c["name"].startswith(self.name)} - gone
            for client_id in sorted(waiting):
                with contextlib.suppress(requests.RequestException):
                    answer = self._ask("DELETE", f"{CLIENTS}/{client_id}", bounded=False)
                    pause = max(pause, _asked_pause(answer))
                    if answer.status_code in _DELETED:
                        waiting.remove(client_id)
                        gone.add(client_id)
            if not waiting and looks <= 0:
                return
            time.sleep(pause)
        raise LeftBehindError(
            f"Not certainly deleted: clients whose name begins with {self.name!r}"
            f" ({', '.join(sorted(waiting)) or 'the list of clients cannot be read'})."
            f" Look with: sipgate-provider clients --name {self.name + '*'!r}"
        )

    def _listed(self) -> list[dict[str, Any]]:
        answer = self._ask("GET", CLIENTS, bounded=False)
        answer.raise_for_status()
        listed: list[dict[str, Any]] = answer.json()["data"]
        return listed


def _asked_pause(answer: requests.Response) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(int(asked), _LONGEST_PAUSE) if asked.isascii() and asked.isdigit() else 0.0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
