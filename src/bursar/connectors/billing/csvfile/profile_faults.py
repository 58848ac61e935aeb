"""Mistakes in a profile, in sentences instead of a validator's terms."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

MOST_SENTENCES = 8
_SHOULD = re.compile(r"^\w+ should")


def in_sentences(fault: ValidationError, settings: Sequence[str]) -> str:
    """One sentence per mistake; `settings` are the names that a profile may hold."""
    sentences = [_sentence(detail, settings) for detail in fault.errors()]
    left_out = len(sentences) - MOST_SENTENCES
    if left_out > 0:
        sentences[MOST_SENTENCES:] = [f"There are {left_out} more mistakes."]
    return " ".join(dict.fromkeys(sentences))


def twins(keys: Iterable[str], compared_by: Callable[[str], str]) -> Iterator[str]:
    """Keys that an earlier one equals when compared so."""
    seen: set[str] = set()
    for key in keys:
        if compared_by(key) in seen:
            yield key
        seen.add(compared_by(key))


def _sentence(detail: ErrorDetails, settings: Sequence[str]) -> str:
    where = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    match detail["type"]:
        case "extra_forbidden" if len(detail["loc"]) == 1:
            return f'"{where}" is not a setting; the settings are {", ".join(settings)}.'
        case "extra_forbidden":
            return f'"{where}" is not a setting.'
        case "missing":
            return f'The setting "{where}" is missing.'
        case "value_error":
            return _capital(str(detail["ctx"]["error"]) + ".")
        case "model_type" if not where:
            return "A profile is a JSON object, written in { }."
    return f'"{where}" is {_shown(detail["input"])}: {_SHOULD.sub("It must", detail["msg"])}.'


def _shown(given: object) -> str:
    text = f'"{given}"' if isinstance(given, str) else str(given)
    return text if len(text) <= 60 else text[:60] + "…"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
