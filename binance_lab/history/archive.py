"""The archive of Binance's history: zips of CSV by day and month, each with its checksum.

https://github.com/binance/binance-public-data
"""

from __future__ import annotations

import hashlib
import lzma
import struct
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import requests

from .datasets import Dataset
from .errors import ArchiveError, NotArchived
from .extra import need
from .progress import Arrival
from .series import DOWNLOAD, writing

if TYPE_CHECKING:
    import pyarrow as pa

BINANCE = "https://data.binance.vision"

_TIMEOUT_S = (10.0, 180.0)  # to connect, and between two chunks
_TRIES = 3
_BACK_OFF_S = 0.5
_CHUNK = 2**18
# What Python's zipfile raises of a file with a bit that is wrong: it may then look encrypted, or packed
# in another way, whose own errors are these.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    IndexError,  # there is no file in it
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A file that was fetched, where it lies, and what the archive says its SHA-256 is."""

    path: Path
    url: str
    sha256: str
    published: str | None

    @property
    def verified(self) -> bool:
        """Whether the file is the one that the checksum is of."""
        return self.sha256 == self.published


class Archive:
    """Fetches files of the archive at one address.  Any thread may use it.

    Args:
        url: The archive's own, or that of an embedded exchange, which serves the same layout.
    """

    def __init__(self, url: str = BINANCE) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        # A proxy of the environment can't reach this computer's own loopback.
        self._session.trust_env = urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1")

    @contextmanager
    def file(
        self,
        path: str,
        stopping: threading.Event,
        *,
        folder: Path | None = None,
        arrival: Arrival | None = None,
    ) -> Iterator[ArchiveFile]:
        """A file and its checksum; the file is gone after the with block.

        Args:
            stopping: Once it is set, the download ends with an error.
            folder: Where it lies meanwhile; the system's for temporary files if None.
            arrival: Is told the bytes as they come.

        Raises:
            NotArchived: There is none.
            ArchiveError: The archive can't be reached, or answers with something else.
            StoreError: The disk is full, or the folder can't be written to.
        """
        url, within = self.url + quote(path), folder or Path(tempfile.gettempdir())
        with ExitStack() as kept:
            with writing(within):
                made = tempfile.TemporaryDirectory(prefix=DOWNLOAD, dir=within)
                target = Path(kept.enter_context(made), path.rpartition("/")[2])
                digest = _persist(lambda: self._download(url, target, stopping, arrival), stopping)
            yield ArchiveFile(target, url, digest, self._checksum(path, stopping))

    def _checksum(self, path: str, stopping: threading.Event) -> str | None:
        """The published SHA-256 of a file, in hex; None if there is none."""
        url = f"{self.url}{quote(path)}.CHECKSUM"
        try:
            words = _persist(lambda: self._text(url), stopping).split()
        except NotArchived:
            return None
        return words[0].lower() if words else None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _download(
        self, url: str, target: Path, stopping: threading.Event, arrival: Arrival | None
    ) -> str:
        digest = hashlib.sha256()
        with self._get(url) as response, target.open("wb") as file:
            size, length = 0, response.headers.get("Content-Length")
            due = None if length is None else int(length)
            for chunk in _chunks(response, url):
                if stopping.is_set():
                    raise ArchiveError(f"{url} was not fetched: stopped.")
                digest.update(chunk)
                file.write(chunk)
                size += len(chunk)
                if arrival is not None:
                    arrival.add(len(chunk), due)
        if due is not None and due != size:
            raise ArchiveError(f"{url} broke off after {size} of {due} bytes.")
        return digest.hexdigest()

    def _text(self, url: str) -> str:
        with self._get(url) as response:
            return b"".join(_chunks(response, url)).decode("ascii", "replace")

    def _get(self, url: str) -> requests.Response:
        headers = {"Accept-Encoding": "identity"}
        try:
            response = self._session.get(url, headers=headers, stream=True, timeout=_TIMEOUT_S)
        except requests.RequestException as error:
            raise ArchiveError(
                f"The archive can't be reached: {url} ({type(error).__name__}). Check the network; "
                "lab.history.klines(…, keep=False) does without the archive."
            ) from None
        if response.status_code in (403, 404):
            response.close()
            raise NotArchived(url, response.status_code)
        if response.status_code != 200:
            response.close()
            raise ArchiveError(f"{url} answered HTTP {response.status_code}. Try again later.")
        return response


def _chunks(response: requests.Response, url: str) -> Iterator[bytes]:
    try:
        yield from response.iter_content(_CHUNK)
    except requests.RequestException as error:
        raise ArchiveError(f"{url} broke off ({type(error).__name__}).") from None


def _persist(ask: Callable[[], str], stopping: threading.Event) -> str:
    """The answer, asked again where the connection breaks or the server fails."""
    for attempt in range(1, _TRIES):
        try:
            return ask()
        except NotArchived:
            raise
        except ArchiveError:
            if stopping.wait(_BACK_OFF_S * attempt):
                raise
    return ask()


def read_zip(path: Path, dataset: Dataset) -> Iterator[pa.Table]:
    """The rows of an archive's file, a few MB at a time; a header is skipped if there is one.

    Raises:
        ArchiveError: It is truncated, damaged, or holds something else.
    """
    arrow_error = need("pyarrow").ArrowException
    try:
        with zipfile.ZipFile(path) as archive:
            name = archive.namelist()[0]
            with archive.open(name) as file:
                start = file.read(64)
            if not start:
                return
            with archive.open(name) as file:
                yield from dataset.read_csv(file, header=not start[:1].isdigit())  # type: ignore[arg-type]
    except (*_DAMAGED, arrow_error) as error:
        raise ArchiveError(f"{path.name} can't be read: {error}") from None
