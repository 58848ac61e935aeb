"""How SQLite would answer a question."""

from collections.abc import Sequence

from django.db import connection


def plan_of(statement: str) -> Sequence[str]:
    """The steps of EXPLAIN QUERY PLAN; none for what is no question."""
    if not statement.lstrip().upper().startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + statement.replace("%", "%%"), [])
        return [str(row[3]) for row in cursor.fetchall()]
