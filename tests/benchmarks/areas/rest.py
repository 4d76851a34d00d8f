"""What a REST call costs: CPU against canned answers on loopback."""

from __future__ import annotations

from collections.abc import Callable

from contest import Area, Contestant, Goal, Sample, Setup, Work, per_call

KEY, SECRET = "k" * 64, "s" * 64
CALLS = {"time": 400, "account (signed)": 200, "klines, 1,000": 150}
INFO = "exchangeInfo"
Calls = dict[str, Callable[[], object]]


def measured(calls: Calls, setup: Setup, *, slow: bool = False) -> dict[str, Sample]:
    """Each call's cost. The SDK takes seconds for exchangeInfo: one call of it must do."""
    samples = {name: per_call(calls[name], setup.count(n)) for name, n in CALLS.items()}
    return samples | {INFO: per_call(calls[INFO], 1 if slow else setup.count(5), batches=1)}


def ours(setup: Setup) -> dict[str, Sample]:
    """The connector, decoded answers."""
    from binance_lab import Spot

    client = Spot(KEY, SECRET, base_url=f"http://{setup.addresses['canned']}")
    # The canned answers don't count down a budget that a minute of calls would use up.
    client.limits.learn([
        {"rateLimitType": kind, "interval": "MINUTE", "intervalNum": number, "limit": 10**9}
        for kind, number in (("REQUEST_WEIGHT", 1), ("RAW_REQUESTS", 5))
    ])  # fmt: skip
    calls: Calls = {
        "time": client.time,
        "account (signed)": client.account,
        "klines, 1,000": lambda: client.klines("BTCUSDT", "1m", limit=1000),
        "exchangeInfo": client.exchange_info,
    }
    return measured(calls, setup)


def python_binance(setup: Setup) -> dict[str, Sample]:
    """Client."""
    from binance import Client

    client = Client(KEY, SECRET, ping=False)
    client.API_URL = f"http://{setup.addresses['canned']}/api"
    calls: Calls = {
        "time": client.get_server_time,
        "account (signed)": client.get_account,
        "klines, 1,000": lambda: client.get_klines(symbol="BTCUSDT", interval="1m", limit=1000),
        "exchangeInfo": client.get_exchange_info,
    }
    return measured(calls, setup)


def connector(setup: Setup) -> dict[str, Sample]:
    """The deprecated official connector's Spot."""
    from binance.spot import Spot

    client = Spot(KEY, SECRET, base_url=f"http://{setup.addresses['canned']}")
    calls: Calls = {
        "time": client.time,
        "account (signed)": client.account,
        "klines, 1,000": lambda: client.klines("BTCUSDT", "1m", limit=1000),
        "exchangeInfo": client.exchange_info,
    }
    return measured(calls, setup)


def sdk(setup: Setup) -> dict[str, Sample]:
    """The official SDK's REST API, with its models."""
    from binance_common.configuration import ConfigurationRestAPI
    from binance_sdk_spot.spot import Spot

    base = f"http://{setup.addresses['canned']}"
    rest = Spot(
        config_rest_api=ConfigurationRestAPI(api_key=KEY, api_secret=SECRET, base_path=base)
    ).rest_api
    calls: Calls = {
        "time": lambda: rest.time().data(),
        "account (signed)": lambda: rest.get_account().data(),
        "klines, 1,000": lambda: rest.klines("BTCUSDT", "1m", limit=1000).data(),
        "exchangeInfo": lambda: rest.exchange_info().data(),
    }
    return measured(calls, setup, slow=True)


def ccxt(setup: Setup) -> dict[str, Sample]:
    """Its implicit methods: Binance's own answers, without its unified models."""
    import ccxt

    client = ccxt.binance({"apiKey": KEY, "secret": SECRET, "enableRateLimit": False})
    base = f"http://{setup.addresses['canned']}/api/v3"
    client.urls["api"]["public"] = client.urls["api"]["private"] = base
    calls: Calls = {
        "time": client.publicGetTime,
        "account (signed)": client.privateGetAccount,
        "klines, 1,000": lambda: client.publicGetKlines(
            {"symbol": "BTCUSDT", "interval": "1m", "limit": 1000}
        ),
        "exchangeInfo": client.publicGetExchangeInfo,
    }
    return measured(calls, setup)


def floor(setup: Setup) -> dict[str, Sample]:
    """urllib3's pool and msgspec, nothing around them."""
    import hashlib
    import hmac
    import time

    import msgspec
    import urllib3

    pool = urllib3.connectionpool.connection_from_url(f"http://{setup.addresses['canned']}")
    decode = msgspec.json.Decoder().decode

    def get(path: str) -> object:
        return decode(pool.request("GET", path, headers={"X-MBX-APIKEY": KEY}).data)

    def account() -> object:
        query = f"timestamp={int(time.time() * 1000)}"
        sign = hmac.new(SECRET.encode(), query.encode(), hashlib.sha256).hexdigest()
        return get(f"/api/v3/account?{query}&signature={sign}")

    calls: Calls = {
        "time": lambda: get("/api/v3/time"),
        "account (signed)": account,
        "klines, 1,000": lambda: get("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1000"),
        "exchangeInfo": lambda: get("/api/v3/exchangeInfo"),
    }
    return measured(calls, setup)


_GOALS = (Goal(0.6, "peer"),)
AREA = Area(
    name="rest",
    about="a REST call, against canned answers",
    works=(
        Work("time", "µs CPU", goals=_GOALS),
        Work("account (signed)", "µs CPU", goals=_GOALS),
        Work("klines, 1,000", "µs CPU", goals=_GOALS),
        Work("exchangeInfo", "ms CPU", scale=1e3, goals=_GOALS),
    ),
    contestants=(
        Contestant("binance_lab", "ours", ours),
        Contestant("python-binance", "peer", python_binance, "bench"),
        Contestant("binance-connector", "peer", connector, "connector"),
        Contestant("binance-sdk-spot", "peer", sdk, "bench"),
        Contestant("ccxt", "peer", ccxt, "bench"),
        Contestant("urllib3 + msgspec", "floor", floor),
    ),
    rounds=5,
    servers=("canned",),
    seconds=240.0,
)
