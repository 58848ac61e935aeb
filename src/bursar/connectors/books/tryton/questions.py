"""What Tryton asks a person before it goes on, and wizards, which it walks through with one."""

from collections.abc import Callable

from bursar.connectors.books.tryton.session import Question, Session
from bursar.connectors.books.tryton.values import Value, Values

_MOST = 5
"""How many questions in a row are answered."""


def insist(
    session: Session,
    method: str,
    *parameters: Value,
    unless: Callable[[str], bool] | None = None,
    context: Values | None = None,
) -> None:
    """Call, and say yes to whatever is asked: days and amounts are ConnectWise's, and people agreed to them.

    Raises Question for one that is not ours to answer: its words are handed to `unless`.
    """
    for _ in range(_MOST):
        try:
            session.write(method, *parameters, **(context or {}))
        except Question as question:
            if unless is not None and unless(question.words):
                raise
            session.write("model.res.user.warning.skip", question.key)
        else:
            return
    session.write(method, *parameters, **(context or {}))


def run_wizard(session: Session, name: str, model: str, records: list[Value], forms: Values, state: str) -> None:
    """Let a wizard do one thing with some records. What it does is one request."""
    made = session.write(f"wizard.{name}.create")
    number = made[0] if isinstance(made, list) and made else None
    chosen: Values = {"active_model": model, "active_id": records[0], "active_ids": records}
    insist(session, f"wizard.{name}.execute", number, forms, state, context=chosen)
    session.write(f"wizard.{name}.delete", number)
