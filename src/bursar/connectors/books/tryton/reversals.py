"""Entries that somebody took back by an entry of the opposite, unless that was taken back in its turn."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from bursar.connectors.books.tryton.reader import Reader
from bursar.connectors.books.tryton.records import Move, MoveLine


def reversed_among(reader: Reader, moves: Sequence[int]) -> frozenset[int]:
    """Those of these entries that, together with all posted entries made from them, move nothing on any account."""
    origins = {f"account.move,{move}": move for move in moves}
    posted = reader.own(["state", "=", "posted"])
    made_from: defaultdict[int, list[int]] = defaultdict(list)
    while origins:
        made: dict[str, int] = {}
        for each in reader.among("account.move", Move, posted, "origin", list(origins)):
            move = origins[each.origin]
            made_from[move].append(each.id)
            made[f"account.move,{each.id}"] = move
        origins = made
    if not made_from:
        return frozenset()
    together = {each: move for move, made in made_from.items() for each in (move, *made)}
    sums: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for line in reader.among("account.move.line", MoveLine, [], "move", list(together)):
        sums[together[line.move_id], line.account.code] += line.debit - line.credit
    standing = {move for (move, _), amount in sums.items() if amount}
    return frozenset(made_from.keys() - standing)
