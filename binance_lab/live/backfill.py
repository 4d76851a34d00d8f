"""Fetching what streams don't bring: history, snapshots and what a ledger misses, by REST.

A request that fails because of the network or the server is made again after a pause; a limit
that is used up is waited for; any other refusal is final, with its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from binance_lab.connector.exceptions import RequestError, ServerError, TooManyRequests

from .runtime import Runtime

DELAYS_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


class NotThere(LookupError):
    """The server doesn't have it, or not yet."""


class Fetch:
    """One thing to fetch, until it is there or it is certain that it can't be had.

    Args:
        runtime: Where it waits for the server.
        fetch: Asks the server; raises `NotThere` if the server lacks it (yet), or another error.
        deliver: Gets what was fetched, on the applying thread.
        give_up: Gets the error that was final, on the applying thread.
        wanted: Whether it is still wanted; asked before each try.
        tries: How often network and server may fail; None is without end.
    """

    def __init__(
        self,
        runtime: Runtime,
        fetch: Callable[[], Any],
        *,
        deliver: Callable[[Any], None],
        give_up: Callable[[Exception], None],
        wanted: Callable[[], bool] = lambda: True,
        tries: int | None = len(DELAYS_S) + 1,
    ) -> None:
        self._runtime = runtime
        self._fetch = fetch
        self._deliver = deliver
        self._give_up = give_up
        self._wanted = wanted
        self._tries = tries
        self._failed = 0

    def start(self, *, delay_s: float = 0.0) -> None:
        """Fetch it soon; at once back."""
        self._runtime.fetch(self._try, delay_s=delay_s)

    def _try(self) -> None:
        if not self._wanted():
            return
        try:
            answer = self._fetch()
        except Exception as error:
            self._again(error)
        else:
            self._runtime.apply(partial(self._deliver, answer))

    def _again(self, error: Exception) -> None:
        if isinstance(error, TooManyRequests):
            self.start(delay_s=max(1.0, error.retry_after_s))
            return
        self._failed += 1
        passing = isinstance(error, RequestError | ServerError | NotThere)
        if passing and (self._tries is None or self._failed < self._tries):
            self.start(delay_s=DELAYS_S[min(self._failed, len(DELAYS_S)) - 1])
        else:
            self._runtime.apply(partial(self._give_up, error))
