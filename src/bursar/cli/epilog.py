"""The end of every command's help: an example, and the keys of its JSON document."""

import textwrap
from collections.abc import Mapping, Sequence

Shape = Mapping[str, Sequence[str]]
"""Where in a JSON document → the keys there. "" is the document itself, `a[]` each element of the list `a`."""

ERROR_SHAPE: Shape = {"": ("error",), "error": ("code", "sentence", "remedy")}
"""What every command prints instead of its document when it fails."""

WIDTH = 78


def epilog(*examples: str, keys: Shape | None = None) -> str:
    """Help text in two blocks that keep their line breaks."""
    blocks = [_block("Examples:", examples)] if examples else []
    if keys is not None:
        blocks.append(_block("JSON keys:", [line for where, names in keys.items() for line in _keys(where, names)]))
    return "\n\n".join(blocks)


def _block(heading: str, lines: Sequence[str]) -> str:
    return "\n".join(["\b", heading, *(f"  {line}" for line in lines)])


def _keys(where: str, names: Sequence[str]) -> list[str]:
    text = f"{where or 'document'}: {', '.join(names)}"
    return textwrap.wrap(text, WIDTH - 2, subsequent_indent="    ", break_long_words=False)
