"""Where keys are looked for, and that they stay out of sight."""

from __future__ import annotations

import pickle

import pytest

from binance_lab.connector import keys
from binance_lab.connector.exceptions import ConfigError

SECRET = "s3cr3t-value"


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    path = tmp_path / "keys.toml"
    path.write_text(f'[testnet]\napi_key = "file-key"\napi_secret = "{SECRET}"\n')
    path.chmod(0o600)
    monkeypatch.setattr(keys, "keys_file", lambda: path)
    for name in ("API_KEY", "API_SECRET", "PRIVATE_KEY_FILE"):
        monkeypatch.delenv(f"BINANCE_LAB_TESTNET_{name}", raising=False)
    return path


def test_variables_come_before_the_file(key_file, monkeypatch):
    """An environment variable wins over the key file."""
    monkeypatch.setenv("BINANCE_LAB_TESTNET_API_KEY", "variable-key")
    assert keys.find_keys("testnet").api_key == "variable-key"


def test_the_file_is_read_per_environment(key_file):
    """The file's section of another environment is not used."""
    assert keys.find_keys("testnet").api_secret == SECRET
    assert not keys.find_keys("live")


def test_a_file_that_others_can_read_is_refused(key_file):
    """A key file with loose permissions is an error that says how to mend it."""
    key_file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        keys.find_keys("testnet")


def test_a_broken_file_does_not_show_its_lines(key_file):
    """The error of a file that is not TOML quotes nothing of it."""
    key_file.write_text(f"api_secret = {SECRET}")
    with pytest.raises(ConfigError) as caught:
        keys.find_keys("testnet")
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_keys_are_not_shown_and_not_pickled():
    """Neither repr nor pickle gives a key away."""
    found = keys.Keys(api_key="the-key", api_secret=SECRET, source="test")
    assert SECRET not in repr(found)
    assert "the-key" not in repr(found)
    with pytest.raises(TypeError):
        pickle.dumps(found)
