"""Running exchanges, and the plainest of clients: requests and websocket-client."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
import websocket

from binance_lab.exchange.process import Exchange

WAIT_S = 30.0


class Rest:
    """A client of one account."""

    def __init__(self, exchange: Exchange, account: int = 0) -> None:
        self.url = exchange.rest
        self.key = exchange.accounts[account]["api_key"]
        self.secret = exchange.accounts[account]["api_secret"]
        self._session = requests.Session()
        self._session.trust_env = False

    def send(self, method: str, path: str, query: str = "", **more: Any) -> requests.Response:
        """Send exactly this query."""
        url = f"{self.url}{path}?{query}" if query else self.url + path
        return self._session.request(method, url, timeout=WAIT_S, **more)

    def get(self, path: str, **params: Any) -> requests.Response:
        """A public request."""
        return self.send("GET", path, encoded(params))

    def signed(self, method: str, path: str, **params: Any) -> requests.Response:
        """A request with key, timestamp and signature."""
        params.setdefault("timestamp", time.time_ns() // 1_000_000)
        query = encoded(params)
        return self.send(
            method,
            path,
            f"{query}&signature={self.sign(query)}",
            headers={"X-MBX-APIKEY": self.key},
        )

    def sign(self, payload: str) -> str:
        """The HMAC signature of a payload."""
        return hmac.new(self.secret.encode(), payload.encode(), hashlib.sha256).hexdigest()

    def order(self, side: str, quantity: str, price: str | None = None, **more: Any) -> Any:
        """Place an order on BTCUSDT: LIMIT at a price, else MARKET."""
        params = {"symbol": "BTCUSDT", "side": side, "type": "MARKET", "quantity": quantity}
        if price is not None:
            params |= {"type": "LIMIT", "timeInForce": "GTC", "price": price}
        answer = self.signed("POST", "/api/v3/order", **(params | more))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def lab(self, method: str, door: str, /, **body: Any) -> Any:
        """Use the control door."""
        answer = self._session.request(method, self.url + "/lab" + door, json=body, timeout=WAIT_S)
        assert answer.status_code == 200, answer.text
        return answer.json()


def encoded(params: dict[str, Any]) -> str:
    """Parameters as a query, percent-encoded."""
    return "&".join(f"{name}={quote(str(value), safe='')}" for name, value in params.items())


class Socket:
    """A WebSocket that reads JSON, for a limited time."""

    def __init__(self, url: str) -> None:
        self._socket = websocket.create_connection(url, timeout=WAIT_S)

    def send(self, **message: Any) -> None:
        """Send one JSON message."""
        self._socket.send(json.dumps(message))

    def send_text(self, text: str) -> None:
        """Send exactly this."""
        self._socket.send(text)

    def send_at_once(self, texts: list[str]) -> None:
        """Send several messages in one piece."""
        text = websocket.ABNF.OPCODE_TEXT
        frames = [websocket.ABNF.create_frame(each, text).format() for each in texts]
        self._socket.sock.sendall(b"".join(frames))

    def read(self) -> Any:
        """The next message."""
        return json.loads(self._socket.recv())

    def until(self, wanted: Callable[[Any], bool]) -> Any:
        """The next message that is wanted; those before it are dropped."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            message = self.read()
            if wanted(message):
                return message
        raise AssertionError("no such message came in time")

    def ask(self, **message: Any) -> Any:
        """Send a message and read the answer with its id."""
        self.send(**message)
        return self.until(lambda answer: "event" not in answer and "stream" not in answer)

    def close_code(self) -> int:
        """Read until the server closes; its code, 1006 if it just went away."""
        try:
            while True:
                opcode, data = self._socket.recv_data()
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    return int.from_bytes(data[:2])
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            return 1006

    def close(self) -> None:
        """Go."""
        self._socket.close()


@pytest.fixture(scope="session")
def exchange() -> Iterator[Exchange]:
    """An exchange on which agents trade three symbols."""
    with Exchange(seed=7, symbols=("BTCUSDT", "ETHUSDT", "BNBUSDT")) as running:
        yield running


@pytest.fixture(scope="session")
def quiet_exchange() -> Iterator[Exchange]:
    """An exchange where only clients trade; three accounts, one symbol with a non-ASCII name."""
    symbols = ("BTCUSDT", "ETHUSDT", "币安人生USDT")
    with Exchange(agents=False, accounts=3, symbols=symbols) as running:
        yield running


@pytest.fixture
def rest(quiet_exchange: Exchange) -> Iterator[Rest]:
    """The first account of the quiet exchange; what the test leaves behind is cleared."""
    clients = [Rest(quiet_exchange, number) for number in range(3)]
    yield clients[0]
    clients[0].lab("POST", "/limits", weight=6000, orders_10s=50)
    clients[0].lab("DELETE", "/faults")
    for client in clients:
        orders = client.signed("GET", "/api/v3/openOrders").json()
        for symbol in {order["symbol"] for order in orders}:
            client.signed("DELETE", "/api/v3/openOrders", symbol=symbol)


@pytest.fixture
def other(quiet_exchange: Exchange) -> Rest:
    """The second account of the quiet exchange."""
    return Rest(quiet_exchange, 1)


@pytest.fixture
def socket(quiet_exchange: Exchange) -> Iterator[Callable[[str], Socket]]:
    """Opens sockets to paths of the quiet exchange, and closes them after the test."""
    opened: list[Socket] = []

    def open_socket(path: str) -> Socket:
        opened.append(Socket(quiet_exchange.ws + path))
        return opened[-1]

    yield open_socket
    for each in opened:
        each.close()
