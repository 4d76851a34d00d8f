"""What goes wrong with history: the store on disk, and the archive's files."""

from __future__ import annotations

from ..wire.lab_error import LabError


class StoreError(LabError):
    """The store can't be read or written; what it already had is still there."""


class ArchiveError(LabError):
    """The archive can't be reached, or a file of it can't be read."""


class NotArchived(ArchiveError):
    """The archive has no such file; ``status`` is its answer: 404 or 403."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(f"{url} is not in the archive (HTTP {status}).")
        self.url = url
        self.status = status
