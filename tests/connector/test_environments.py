"""Which hosts an environment means."""

from __future__ import annotations

import pytest

from binance_lab.connector import environments
from binance_lab.connector.exceptions import ConfigError


def test_live_without_keys_is_the_market_data_host():
    """Without keys production means the host that serves market data only."""
    assert environments.named("live", keys=False).rest == ("https://data-api.binance.vision",)
    assert environments.named("live", keys=True).rest[0] == "https://api.binance.com"


def test_a_local_url_has_all_doors_on_one_port():
    """REST, streams and the WebSocket API of a local exchange share host and port."""
    local = environments.local("http://127.0.0.1:8000/")
    assert local.rest == ("http://127.0.0.1:8000",)
    assert local.ws == "ws://127.0.0.1:8000"
    assert local.ws_api == "ws://127.0.0.1:8000/ws-api/v3"


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "", "http://"])
def test_a_url_without_scheme_or_host_is_refused(url):
    """A base URL that can't work is an error at once, with an example."""
    with pytest.raises(ConfigError, match=r"http://127\.0\.0\.1:8000"):
        environments.local(url)


def test_a_password_has_no_place_in_a_url():
    """It would be shown wherever the address is; the error doesn't repeat it."""
    with pytest.raises(ConfigError, match="without a user's name") as refused:
        environments.local("http://me:secret@127.0.0.1:8000")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://api.binance.com", "live"), ("https://API-gcp.binance.com:443/", "live"),
     ("https://testnet.binance.vision", "testnet"), ("http://127.0.0.1:8000", "local"),
     ("https://api1.testnet.binance.vision", "testnet"), ("https://notbinance.com", "local")],
)  # fmt: skip
def test_an_address_tells_its_environment(url, name):
    """Binance's own hosts are never taken for an exchange of one's own."""
    assert environments.name_of(url) == name
    if name != "local":
        with pytest.raises(ConfigError, match=f'Lab\\("{name}"\\)'):
            environments.local(url)


def test_an_unknown_environment_names_the_known_ones():
    """A typo in the environment's name says which there are."""
    with pytest.raises(ConfigError, match="local, testnet, live"):
        environments.named("tesnet", keys=False)
