"""What can be told from the words of a command line before they are parsed."""

from collections.abc import Sequence


def asks_for_json(words: Sequence[str]) -> bool:
    """Whether the answer, and any error, is wanted as JSON."""
    return "--json" in words
