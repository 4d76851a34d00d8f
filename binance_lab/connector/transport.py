"""One HTTP request and its whole answer, within a deadline.

requests keeps the session, its pool, TLS and proxies.  A call goes straight to the pool of our own
adapter, which spares two thirds of the CPU that Session.send costs; where the user gave a session,
mounted an adapter, patched requests or needs a proxy, it goes the ordinary way.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
import urllib3.connection
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3 import exceptions as pool_errors

from binance_lab.wire.words import counted

from .exceptions import BadAnswer, ConfigError, ConnectionFailed, RequestError, Timeout
from .hiding import hide_in_logs
from .hosts import is_loopback
from .reading import TimedResponse

_ADAPTER_SEND = HTTPAdapter.send  # to notice a library that patches it, such as responses
_HAS_READ1 = hasattr(urllib3.HTTPResponse, "read1")  # urllib3 2.1, which requests doesn't ask for
_POOL_SIZE = 32
_CHUNK = 65_536
_NO_RETRY = urllib3.Retry(total=False, redirect=False)  # what is repeated is http.py's to say
_MAX_BODY = 256 * 1024 * 1024  # exchangeInfo, the largest answer, is a tenth of it

hide_in_logs()


class Request(NamedTuple):
    """One request as it goes out; its repr, which a traceback may show, has no key or signature.

    ``target`` is path and query, percent-encoded as it was signed.
    """

    method: str
    base_url: str
    target: str
    headers: Mapping[str, str] = MappingProxyType({})

    def __repr__(self) -> str:
        return f"<Request {self.method}>"


class Answer(NamedTuple):
    """Status, headers (names in lower case), the body uncompressed, and how long it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    elapsed_s: float

    def __repr__(self) -> str:
        return f"<Answer {self.status}, {counted(len(self.body), 'byte')}>"


class _Connection(urllib3.connection.HTTPConnection):
    response_class = TimedResponse


class _TlsConnection(urllib3.connection.HTTPSConnection):
    response_class = TimedResponse


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class PoolAdapter(HTTPAdapter):
    """requests' own adapter, whose timeout is for the whole answer and not for each byte of it."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """The pools of a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


_POOLS = {"http": _Pool, "https": _TlsPool}


class Transport:
    """The connections of one client.  Any thread may use it."""

    def __init__(
        self, session: requests.Session | None = None, *, proxies: Mapping[str, str] | None = None
    ) -> None:
        self.session = session or _new_session()
        self._own = session is None
        self._proxies = dict(proxies or {})
        self._verify: str | bool = (
            os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        )
        self._pools: dict[str, urllib3.HTTPConnectionPool | None] = {}
        self._closed = False

    def check_open(self) -> None:
        """Send nothing more once it is closed.

        Raises:
            ConfigError: It is.
        """
        if self._closed:
            raise ConfigError(
                "This client is closed, and nothing was sent. Make a new one: Spot(…)"
            )

    def fetch(
        self, request: Request, *, timeout_s: float, connect_s: float | None = None
    ) -> Answer:
        """Send one request and read its answer.

        Args:
            timeout_s: For all of it: connecting, sending, and reading the whole body.
            connect_s: For connecting; timeout_s if not given.

        Raises:
            Timeout, ConnectionFailed, BadAnswer: No usable answer.
        """
        timeout_s = max(0.001, timeout_s)
        try:
            if (pool := self._pool(request.base_url)) is None:
                return self._send_by_session(request, (connect_s or timeout_s, timeout_s))
            return _send_by_pool(pool, request, timeout_s, connect_s or timeout_s)
        except (pool_errors.HTTPError, requests.RequestException, OSError) as error:
            failure = _named(error, request.base_url, timeout_s)
        raise failure  # out here the library's error, which holds URL and key, is not its context

    def close(self) -> None:
        """Close the connections, unless the session is the user's."""
        self._closed = True
        self._pools.clear()
        if self._own:
            self.session.close()

    def _pool(self, base_url: str) -> urllib3.HTTPConnectionPool | None:
        """The connection pool of our own adapter; None where the ordinary way must be taken."""
        adapter = self.session.get_adapter(base_url)
        patched = HTTPAdapter.send is not _ADAPTER_SEND
        if type(adapter) is not PoolAdapter or patched or not _HAS_READ1:
            return None
        if base_url not in self._pools:
            self._pools[base_url] = self._find_pool(adapter, base_url)
        return self._pools[base_url]

    def _find_pool(self, adapter: PoolAdapter, base_url: str) -> Any:
        if self._proxies or (not is_loopback(base_url) and get_environ_proxies(base_url)):
            return None
        request = requests.Request("GET", base_url).prepare()
        return adapter.get_connection_with_tls_context(request, self._verify)

    def _send_by_session(self, request: Request, timeout_s: tuple[float, float]) -> Answer:
        started_s = time.monotonic()
        url = request.base_url + request.target
        prepared = self.session.prepare_request(
            requests.Request(request.method, url, dict(request.headers))
        )
        settings = self.session.merge_environment_settings(url, self._proxies, False, None, None)
        response = self.session.send(
            prepared,
            allow_redirects=False,
            timeout=timeout_s,
            proxies=settings["proxies"],
            verify=settings["verify"] or True,  # never off
            cert=settings["cert"],
            stream=True,
        )
        with response:
            body = _body_of(response, started_s + timeout_s[1])
        return Answer(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            body,
            time.monotonic() - started_s,
        )


def _send_by_pool(
    pool: urllib3.HTTPConnectionPool, request: Request, timeout_s: float, connect_s: float
) -> Answer:
    started_s = time.monotonic()
    raw = pool.urlopen(
        request.method,
        urlsplit(request.base_url).path + request.target,
        headers=request.headers,
        retries=_NO_RETRY,
        redirect=False,
        assert_same_host=False,
        timeout=urllib3.Timeout(total=timeout_s, connect=connect_s),
        preload_content=False,
    )
    with raw:
        body = _read_timed(raw, started_s + timeout_s)
        raw.release_conn()
    return Answer(
        raw.status,
        {name.lower(): value for name, value in raw.headers.itermerged()},
        body,
        time.monotonic() - started_s,
    )


def _new_session() -> requests.Session:
    session = requests.Session()
    session.headers["Accept-Encoding"] = "gzip"
    adapter = PoolAdapter(pool_connections=_POOL_SIZE, pool_maxsize=_POOL_SIZE)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _body_of(response: requests.Response, deadline_s: float) -> bytes:
    if _HAS_READ1 and isinstance(response.raw, urllib3.HTTPResponse):
        return _read(response.raw, deadline_s)
    return response.content  # of a test double, or of an old urllib3


def _read_timed(raw: urllib3.BaseHTTPResponse, deadline_s: float) -> bytes:
    """The whole body, of a connection that keeps the deadline itself: at once where that is safe."""
    length: int | None = getattr(raw, "length_remaining", None)
    if length is None or length > _MAX_BODY or "content-encoding" in raw.headers:
        return _read(raw, deadline_s)
    return raw.read()


def _read(raw: urllib3.BaseHTTPResponse, deadline_s: float) -> bytes:
    """The whole body, unless it is far too long or too late."""
    chunks = []
    size = 0
    while chunk := raw.read1(_CHUNK, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > _MAX_BODY:
            raise pool_errors.DecodeError("longer than 256 MB")
        if time.monotonic() > deadline_s:
            raise TimeoutError("the deadline has passed")
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _named(error: Exception, base_url: str, timeout_s: float) -> RequestError:
    """The same failure as one of ours.  Library messages hold URLs, so none is repeated."""
    cause = _root(error)
    host = urlsplit(base_url).netloc.rpartition("@")[2]
    if isinstance(cause, pool_errors.NewConnectionError):
        return ConnectionFailed(
            f"no connection to {host}; check the address, the network and the proxy", sent=False
        )
    if isinstance(cause, pool_errors.ConnectTimeoutError):
        return Timeout(f"no connection to {host} in time", sent=False)
    if isinstance(cause, pool_errors.ProxyError | requests.exceptions.ProxyError):
        return ConnectionFailed("the proxy could not be reached or refused", sent=False)
    if "CERTIFICATE_VERIFY_FAILED" in repr(cause):
        return ConnectionFailed("the server's TLS certificate is not one to trust", sent=False)
    if isinstance(cause, pool_errors.ReadTimeoutError | TimeoutError | requests.Timeout):
        return Timeout(f"no answer within {timeout_s:g} s")
    if isinstance(cause, pool_errors.DecodeError | requests.exceptions.ContentDecodingError):
        return BadAnswer("the body can't be uncompressed, or is far too long")
    if "IncompleteRead" in repr(cause):
        return ConnectionFailed("the connection broke in the middle of the answer")
    return ConnectionFailed(f"the connection broke ({type(cause).__name__})")


def _root(error: BaseException) -> BaseException:
    """The pool's error inside of requests' and MaxRetryError's wrapping."""
    for _ in range(5):
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        if inner is None or not isinstance(inner, pool_errors.HTTPError):
            return error
        error = inner
    return error
