"""The conditions language: from text to a tree [guide].

expr  := term (("and" | "or") term)*        `and` binds tighter than `or` [infer]
term  := "(" expr ")" | field op value | field ["not"] "in" "(" value ("," value)* ")"
op    := = != < <= > >= contains like, the last two also with "not" before them
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from psa_sandbox.state.conditions.tokens import Token, tokens
from psa_sandbox.state.errors import Refusal, bad_query
from psa_sandbox.state.moments import wire_moment

ValueType = Literal["text", "number", "flag", "null", "moment"]

_WORD_OPERATORS = ("contains", "like", "in")
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Value:
    """A literal; a moment is kept in wire form."""

    type: ValueType
    value: str | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field against one value, or against several for `in` and `not in`."""

    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """Expressions that must all hold (`and`) or of which one must hold (`or`)."""

    word: Literal["and", "or"]
    terms: tuple[Expression, ...]


Expression = Comparison | Junction


def parse(text: str) -> Expression:
    """The tree of a condition. Raises Refusal 400 when the text is none."""
    return _Parser(text).whole()


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """All comparisons in a tree."""
    if isinstance(expression, Comparison):
        yield expression
        return
    for term in expression.terms:
        yield from comparisons(term)


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._any_of()
        if self._at < len(self._tokens):
            raise self._surprise()
        return expression

    def _any_of(self) -> Expression:
        terms = [self._all_of()]
        while self._skip_word("or"):
            terms.append(self._all_of())
        return terms[0] if len(terms) == 1 else Junction("or", tuple(terms))

    def _all_of(self) -> Expression:
        terms = [self._term()]
        while self._skip_word("and"):
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else Junction("and", tuple(terms))

    def _term(self) -> Expression:
        if not self._skip_bracket("("):
            return self._comparison()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise bad_query("conditions: too many parentheses")
        inner = self._any_of()
        self._depth -= 1
        self._need_bracket(")")
        return inner

    def _comparison(self) -> Comparison:
        field = self._take()
        if field.type != "word":
            raise self._surprise(back=1)
        operator = self._operator()
        if operator.endswith("in"):
            return Comparison(field.text, operator, self._list())
        return Comparison(field.text, operator, (self._value(),))

    def _operator(self) -> str:
        token = self._take()
        if token.type == "operator":
            return token.text
        negated = token.is_word("not")
        word = self._take() if negated else token
        if not word.is_word(*_WORD_OPERATORS):
            raise self._surprise(back=1)
        return f"not {word.text.lower()}" if negated else word.text.lower()

    def _list(self) -> tuple[Value, ...]:
        self._need_bracket("(")
        values = [self._value()]
        while self._skip_bracket(","):
            values.append(self._value())
        self._need_bracket(")")
        return tuple(values)

    def _value(self) -> Value:
        token = self._take()
        if token.type == "text":
            return Value("text", token.text)
        if token.type == "number":
            return Value("number", Decimal(token.text))
        if token.type == "moment":
            return _moment(token.text)
        if token.is_word("true", "false"):
            return Value("flag", token.text.lower() == "true")
        if token.is_word("null"):
            return Value("null", None)
        raise self._surprise(back=1)

    def _take(self) -> Token:
        if self._at >= len(self._tokens):
            raise bad_query("conditions: something is missing at the end")
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip_word(self, word: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at].is_word(word)
        self._at += found
        return found

    def _skip_bracket(self, bracket: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == Token("bracket", bracket)
        self._at += found
        return found

    def _need_bracket(self, bracket: str) -> None:
        if not self._skip_bracket(bracket):
            raise bad_query(f"conditions: {bracket} expected")

    def _surprise(self, back: int = 0) -> Refusal:
        return bad_query(f"conditions: did not expect {self._tokens[self._at - back].text}")


def _moment(text: str) -> Value:
    moment = wire_moment(text)
    if moment is None:
        raise bad_query(f"conditions: {text} is no date")
    return Value("moment", moment)
