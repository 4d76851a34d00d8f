"""Session: what a Lab opens in one environment, each when first used, all closed together."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar, overload
from weakref import WeakSet

from .connector import environments
from .connector.environments import Environment
from .connector.exceptions import ConfigError
from .connector.keys import Keys, find_keys

if TYPE_CHECKING:
    from .connector.spot import Spot
    from .connector.stream_pool import StreamPool
    from .connector.ws_api import WebsocketAPI
    from .exchange.process import Exchange, Market
    from .history import History
    from .live import Live
    from .trading.desk import Trading
    from .trading.guards import Limits
    from .trading.journal import Journal


class _Closable(Protocol):
    def close(self) -> None: ...


class _Stoppable(Protocol):
    def stop(self) -> None: ...


Opened = TypeVar("Opened", bound=_Closable)
_CLOSED = "This lab is closed. Make a new one: lab = Lab()"


class _Opened(property, Generic[Opened]):
    """A property that opens its thing when first read, once, whichever thread reads it.

    Unlike `functools.cached_property` it says so where the session is closed, and `help` takes it
    for a property.
    """

    def __init__(self, open_it: Callable[[Any], Opened]) -> None:
        super().__init__(open_it)
        self._open = open_it

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload  # type: ignore[override]
    def __get__(self, session: None, owner: type) -> Self: ...

    @overload
    def __get__(self, session: Session, owner: type) -> Opened: ...

    def __get__(self, session: Session | None, owner: type) -> Self | Opened:
        if session is None:
            return self
        with session._opening:
            if not session._finalizer.alive:
                raise ConfigError(_CLOSED)
            if self._name not in session._made:
                session._made[self._name] = self._open(session)
            made: Opened = session._made[self._name]
            return made


class Session:
    """One environment of Binance Spot, and everything that is opened in it.

    The arguments are those of `Lab`.
    """

    def __init__(
        self,
        environment: str | None = None,
        *,
        url: str | None = None,
        api_key: str | None = None,
        api_secret: str | None = None,
        private_key: str | bytes | None = None,
        private_key_pass: str | bytes | None = None,
        allow_orders: bool = False,
        limits: Limits | None = None,
        seed: int | None = None,
        data: str | os.PathLike[str] | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self._opening = threading.RLock()  # guards _made; one thing opens what it needs
        self._made: dict[str, Any] = {}
        self._resources = ExitStack()
        self._views: WeakSet[_Stoppable] = WeakSet()
        self._finalizer = weakref.finalize(self, _close, self._views, self._resources)
        self._logger = logger
        self._allow_orders = allow_orders
        self._limits = limits
        self._private_key_pass = private_key_pass
        self._data = data or os.environ.get("BINANCE_LAB_DATA")
        self.exchange: Exchange | None = None
        """The embedded exchange that this lab started; None if it uses a running one."""
        name = environment or ("local" if url else os.environ.get("BINANCE_LAB_ENV") or "local")
        if name != "local" and (url or seed is not None):
            raise ConfigError(f'url and seed belong to the environment "local", not to "{name}".')
        if bool(api_key) != bool(api_secret or private_key):
            raise ConfigError("An API key goes with its secret or private key: give both or none.")
        given = Keys(api_key, api_secret, source="arguments") if api_key else None
        self._private_key = private_key
        if name == "local":
            self._keys, self.environment = self._local(given, url, seed)
        else:
            self._keys = given or find_keys(name)
            self.environment = environments.named(name, keys=bool(self._keys))
        # Whole and in order, before finalizers end one part after the other.
        atexit.register(self._finalizer)
        self._resources.callback(atexit.unregister, self._finalizer)
        self._begun()

    def _begun(self) -> None:
        """Called once the environment is known; for a class on top of this one."""

    def _local(
        self, given: Keys | None, url: str | None, seed: int | None
    ) -> tuple[Keys, Environment]:
        """Keys and hosts of a running exchange, or of one started now."""
        url = url or (None if seed is not None else os.environ.get("BINANCE_LAB_LOCAL_URL"))
        if url:
            return given or find_keys("local"), environments.local(url)
        from .exchange.process import Exchange

        self.exchange = self._resources.enter_context(Exchange(seed=1 if seed is None else seed))
        started = Keys(self.exchange.api_key, self.exchange.api_secret, source="embedded exchange")
        return given or started, environments.local(self.exchange.rest)

    def __repr__(self) -> str:
        state = "" if self._finalizer.alive else ", closed"
        keys = "with a key" if self._keys else "without a key"
        name, host = self.environment.name, self.environment.rest[0]
        return f"<{type(self).__name__} {name} {host}, {keys}{state}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop views, streams, threads and the exchange that this lab started."""
        self._finalizer()

    # What the lab is made of, each made when first used.

    @_Opened
    def client(self) -> Spot:
        """The REST client: every /api call as a method, /sapi in groups."""
        from .connector.spot import Spot

        key_file = self._keys.private_key_file
        client = Spot(
            self._keys.api_key,
            self._keys.api_secret,
            base_url=list(self.environment.rest),
            private_key=self._private_key or key_file,
            private_key_pass=self._private_key_pass,
            logger=self._logger,
        )
        return self._opened(client)

    @_Opened
    def streams(self) -> StreamPool:
        """The connections that live objects share."""
        from .connector.stream_pool import StreamPool

        pool = StreamPool(self.environment.ws, logger=self._logger)
        return self._opened(pool)

    @_Opened
    def ws_api(self) -> WebsocketAPI:
        """The WebSocket API: the same /api calls, and the user data stream."""
        from .connector.ws_api import WebsocketAPI

        api = WebsocketAPI(
            self._keys.api_key,
            self._keys.api_secret,
            base_url=self.environment.ws_api,
            private_key=self._private_key or self._keys.private_key_file,
            private_key_pass=self._private_key_pass,
            logger=self._logger,
        )
        return self._opened(api)

    @_Opened
    def live(self) -> Live:
        """Objects that streams keep current; read them in any cell at any time."""
        from .live import Live

        session = weakref.ref(self)  # a lab that nobody holds any more is to be collected

        def ws_api() -> WebsocketAPI:
            opened = session()
            if opened is None:
                raise ConfigError(_CLOSED)
            return opened.ws_api

        return self._opened(Live(self.client, self.streams, ws_api))

    @_Opened
    def history(self) -> History:
        """Candles and trades of any range, checked, and kept on disk.

        The exchange that this lab started has its archive with it; what is kept of it goes with
        the lab, unless a folder was given. An exchange's folder has the name of its market there, such as
        ``local-seed-1-…``; what it traded since it was started is kept only if the exchange keeps it, too.
        """
        from .history.archive import BINANCE
        from .history.history import History
        from .history.places import history_folder

        name, host = self.environment.name, self.environment.rest[0]
        market = self._market
        temporary = self.exchange is not None and not self._data
        history = History(
            self.client,
            None if temporary else history_folder(name, market.name, self._data),
            archive_url=host if name == "local" else BINANCE,
            environment=name,
            market=f"{name}-{market.name}" if market.name else name,
            fixed_until_ms=None if temporary else market.fixed_until_ms,
        )
        return self._opened(history)

    @cached_property
    def _market(self) -> Market:
        """What tells the market of an exchange of one's own from others; Binance has one of each name.

        Raises:
            ExchangeError: The exchange doesn't answer.
        """
        from .exchange.process import Market, market_of

        local = self.environment.name == "local"
        return market_of(self.environment.rest[0]) if local else Market("")

    @_Opened
    def trading(self) -> Trading:
        """Orders as objects: placing, changing, checking, and the journal of it all."""
        from .live import OrderBook
        from .trading.desk import Trading

        self._need_keys("trade")
        live = self.live
        trading = Trading(
            self.client,
            environment=self.environment.name,
            account=live.account(),
            books=lambda: [made for made in live.objects if isinstance(made, OrderBook)],
            limits=self._limits,
            journal=self._journal(),
            allow_orders=self._allow_orders,
            confirm=input if _is_interactive() else None,
        )
        return self._opened(trading)

    def _journal(self) -> Journal | None:
        """What the desk keeps on disk; none where the exchange and its orders end with this lab."""
        if self.exchange is not None:
            return None
        from .trading.journal import Journal, journal_path

        name, host = self.environment.name, self.environment.rest[0]
        path = journal_path(name, host, self._keys.api_key, lasts=self._market.lasts)
        return Journal(path, environment=name, host=host)

    def _opened(self, thing: Opened) -> Opened:
        """Close this with the rest; at once, with an error, if the rest is closed already."""
        if not self._finalizer.alive:
            thing.close()
            raise ConfigError(_CLOSED)
        self._resources.callback(thing.close)
        return thing

    def _need_keys(self, what: str) -> None:
        if not self._keys:
            prefix = f"BINANCE_LAB_{self.environment.name.upper()}"
            raise ConfigError(
                f"To {what} on {self.environment.name} a key is needed, and none was found. Set "
                f"{prefix}_API_KEY and {prefix}_API_SECRET (or …_PRIVATE_KEY_FILE) before the "
                "notebook starts, or use Lab(), whose embedded exchange needs none from you."
            )


def _close(views: WeakSet[_Stoppable], resources: ExitStack) -> None:
    """Views leave their last picture while the objects that they show are still there."""
    for view in list(views):
        view.stop()
    resources.close()


def _is_interactive() -> bool:
    """Whether somebody is there to answer a question: a notebook, IPython or Python's own prompt."""
    ipython = sys.modules.get("IPython")
    return hasattr(sys, "ps1") or (ipython is not None and ipython.get_ipython() is not None)
