"""Column profiles that people save in Bursar for everybody: as profile files, without what is risky to share."""

import json
from collections.abc import Mapping

from bursar.connectors.billing.csvfile.profile import MONTH_IN_FILE_NAME, Profile, parse_profile
from bursar.domain.errors import InvalidInput

ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows, Western Europe (cp1252)",
    "utf-16": "UTF-16 (Excel's Unicode text)",
    "cp1250": "Windows, Central Europe (cp1250)",
    "iso8859-1": "Latin 1 (ISO 8859-1)",
    "iso8859-15": "Latin 9, with euro sign (ISO 8859-15)",
    "cp437": "DOS (cp437)",
    "cp850": "DOS, Western Europe (cp850)",
    "mac-roman": "Macintosh (Mac Roman)",
    "cp1251": "Windows, Cyrillic (cp1251)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
}
"""Encodings that a saved profile may name. Python knows more, some of which take very long over text made for that."""

LARGEST_PROFILE = 64 * 1024


def parse_document(document: Mapping[str, object], name: str) -> Profile:
    """A saved profile. Raises InvalidInput when an older or newer Bursar saved what this one does not read."""
    return parse_profile(json.dumps({**document, "name": name}), f'"{name}"')


def shareable(document: Mapping[str, object], name: str) -> dict[str, object]:
    """The document as it is saved: under its name, without what is as in the canonical profile. Raises InvalidInput."""
    text = json.dumps({**document, "name": name})
    if len(text) > LARGEST_PROFILE:
        raise InvalidInput(
            "The profile is larger than 64 kB.", remedy="Leave out columns and values that are not used."
        )
    profile = parse_profile(text, f'"{name}"')
    if profile.month_in_file_name != MONTH_IN_FILE_NAME:
        raise InvalidInput(
            "month_in_file_name is a regular expression, which a saved profile may not hold.",
            remedy="Leave it out, or use a profile file on the server for this folder.",
        )
    if profile.encoding not in ENCODINGS:
        raise InvalidInput(
            f'The encoding "{profile.encoding}" cannot be used in a saved profile.',
            remedy=f"Use one of {', '.join(ENCODINGS)}.",
        )
    saved: dict[str, object] = profile.model_dump(mode="json", exclude_defaults=True)
    return saved
