"""One request budget for a Dask cluster: its scheduler holds it, its workers ask before each request.

As Dask's own locks and semaphores do, it lives where no lost worker can take it along.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from ..connector.base import RateLimit
from ..connector.hosts import host_of
from ..connector.limits import Booking, Limits, Use
from .extra import need

_HANDLER = "binance_lab_budget"
_WAITING = 64  # requests that may wait at a time; further ones wait for those
_FORGOTTEN_S = 300.0  # nobody answers any more for what a lost worker has booked


class Budget:
    """A host's limits, asked over the network.  The scheduler's own thread calls it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._threads = ThreadPoolExecutor(_WAITING, thread_name_prefix="binance_lab:budget")
        self._numbers = itertools.count()
        self._booked: dict[int, tuple[float, Booking]] = {}

    async def acquire(self, uses: Sequence[Sequence[Any]], asked: str, wait: bool) -> int:
        """Book a request once it may be sent; answers its number."""
        while self._booked and self._oldest_s() < time.monotonic() - _FORGOTTEN_S:
            self.settle(next(iter(self._booked)), [])
        parts = [Use(*use) for use in uses]
        book = partial(self.limits.acquire, parts, asked=asked, wait=wait)
        booking = await asyncio.get_running_loop().run_in_executor(self._threads, book)
        number = next(self._numbers)
        self._booked[number] = time.monotonic(), booking
        return number

    def settle(self, number: int, seen: Sequence[Sequence[Any]]) -> None:
        """The request of a number has been answered."""
        if number in self._booked:
            _, booking = self._booked.pop(number)
            self.limits.settle(booking, [RateLimit(*each) for each in seen])

    def _oldest_s(self) -> float:
        return next(iter(self._booked.values()))[0]


_held: dict[str, Budget] = {}  # by address, in the scheduler's process


def hold(url: str, dask_scheduler: Any) -> None:
    """Hold the budget of an address; to be run on the scheduler.

    Where that is in the notebook's process, as a LocalCluster's is, it is the notebook's own.
    """
    if url not in _held:
        _held[url] = Budget(host_of(url).limits)
    dask_scheduler.handlers[_HANDLER] = _answer


async def _answer(*, url: str, call: str, arguments: Sequence[Any]) -> Any:
    budget = _held[url]
    if call == "acquire":
        return await budget.acquire(*arguments)
    if call == "settle":
        return budget.settle(*arguments)
    if call == "block":
        seconds, banned = arguments
        return budget.limits.block(seconds, banned=banned)
    return budget.limits.learn(*arguments)


def share(url: str) -> None:
    """Let this process, a worker's, ask its scheduler before each request to an address."""
    host, worker = host_of(url), need("distributed").get_worker()
    if url not in _held:  # else it is the scheduler's process, too
        host.limits = SharedLimits(worker, url)


class SharedLimits(Limits):
    """A worker's limits of a host: whatever is booked is booked with the scheduler."""

    def __init__(self, worker: Any, url: str) -> None:
        super().__init__()
        self._worker = worker
        self._url = url

    def acquire(self, uses: Iterable[Use], *, asked: str, wait: bool = True) -> Booking:
        """Book a call with the scheduler, and wait until it may be sent: see `Limits.acquire`."""
        number = self._ask("acquire", [tuple(use) for use in uses], asked, wait)
        return _Numbered(number)

    def settle(self, booking: Booking, seen: Iterable[RateLimit] = ()) -> None:
        """The call has been answered: the server's counts are the cluster's."""
        if isinstance(booking, _Numbered):
            self._ask("settle", booking.number, [tuple(each) for each in seen])

    def block(self, seconds: float, *, banned: bool = False) -> None:
        """No worker sends anything for so long."""
        self._ask("block", seconds, banned)

    def learn(self, rate_limits: Any) -> None:
        """Tell the scheduler the server's limits."""
        self._ask("learn", rate_limits)

    def _ask(self, call: str, *arguments: Any) -> Any:
        ask = getattr(self._worker.scheduler, _HANDLER)
        return need("distributed.utils").sync(
            self._worker.loop, ask, url=self._url, call=call, arguments=arguments
        )


class _Numbered(Booking):
    """A booking that the scheduler knows by a number."""

    def __init__(self, number: int) -> None:
        super().__init__(0.0)
        self.number = number
