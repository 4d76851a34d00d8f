"""Ranges longer than one request: from the archive and REST, checked, and kept on disk."""

from __future__ import annotations

from .errors import ArchiveError as ArchiveError
from .errors import NotArchived as NotArchived
from .errors import StoreError as StoreError
from .history import History as History
