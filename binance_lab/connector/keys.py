"""Where API keys are found: argument, environment variable, keyring, private file.

A key never has to stand in a notebook.  The file is ``keys.toml`` in the user's
configuration folder, readable by its owner only:

    [testnet]
    api_key = "..."
    api_secret = "..."              # or private_key_file = "/path/to/ed25519.pem"
"""

from __future__ import annotations

import importlib
import os
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from .exceptions import ConfigError

_FIELDS = ("api_key", "api_secret", "private_key_file")


@dataclass(frozen=True, slots=True)
class Keys:
    """An API key and what signs with it: a secret (HMAC) or a private key file.

    ``source`` says in words where the key was found.
    """

    api_key: str | None = field(default=None, repr=False)
    api_secret: str | None = field(default=None, repr=False)
    private_key_file: str | None = None
    source: str = "none"

    def __bool__(self) -> bool:
        return bool(self.api_key)

    def __reduce__(self) -> str:
        raise TypeError("Keys are not pickled: they would be written in clear.")


def keys_file() -> Path:
    """The path of the user's own key file, whether it exists or not."""
    return platformdirs.user_config_path("binance_lab") / "keys.toml"


def find_keys(environment: str) -> Keys:
    """The keys of an environment: the first place that has any; empty if none has.

    Raises:
        ConfigError: The key file can be read by others, or is not TOML; a place has half a key.
    """
    return (
        _from_variables(environment)
        or _from_keyring(environment)
        or _from_file(environment, keys_file())
        or Keys()
    )


def _from_variables(environment: str) -> Keys | None:
    prefix = f"BINANCE_LAB_{environment.upper()}_"
    found = {name: os.environ.get(prefix + name.upper()) for name in _FIELDS}
    return _keys(found, f"environment variables {prefix}…")


def _from_keyring(environment: str) -> Keys | None:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        return None
    try:
        found = {name: keyring.get_password(f"binance_lab:{environment}", name) for name in _FIELDS}
    except keyring.errors.KeyringError:
        return None  # no keyring is unlocked, or none is there: the next place is asked
    return _keys(found, f"keyring binance_lab:{environment}")


def _from_file(environment: str, path: Path) -> Keys | None:
    if not path.is_file():
        return None
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(
            f"{path} can be read by others, so its keys are not used. Run: chmod 600 {path}"
        )
    try:
        table = tomllib.loads(path.read_text("utf-8")).get(environment, {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # the parser's own message could quote a line with a secret in it
        raise ConfigError(
            f'{path} is not TOML. It should hold [{environment}] and api_key = "…".'
        ) from None
    if not isinstance(table, dict):
        raise ConfigError(
            f"{path}: {environment} is no table. It should be a line [{environment}]."
        )
    return _keys({name: table.get(name) for name in _FIELDS}, str(path))


def _keys(found: dict[str, str | None], source: str) -> Keys | None:
    """What a place holds; None if nothing.

    Raises:
        ConfigError: It holds a secret for no key, or something that isn't text.
    """
    if not all(value is None or isinstance(value, str) for value in found.values()):
        raise ConfigError(f"{source}: a key or secret is not text; put it in quotes.")
    if found["api_key"]:
        return Keys(**found, source=source)
    if any(found.values()):
        raise ConfigError(f"{source}: there is a secret or private key, but no api_key with it.")
    return None
