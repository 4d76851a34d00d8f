"""Which of some names a misspelled one means."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The one that a name abbreviates, as qty does quantity, else the one most like it."""
    import difflib  # rarely needed

    folded = {each.lower(): each for each in known}
    asked = name.replace("_", "").lower()
    abbreviated = [each for each in folded if _abbreviates(asked, each)]
    near = sorted(abbreviated, key=len) or difflib.get_close_matches(asked, folded, 1, cutoff=0.5)
    return folded[near[0]] if near else None


def _abbreviates(short: str, word: str) -> bool:
    """Whether the letters come in the word in their order, the first one first."""
    letters = iter(word)
    return word[:1] == short[:1] and all(letter in letters for letter in short)
