from decimal import Decimal

from bursar.domain.money import Money, Totals
from bursar.domain.plan import Action, Blocked, Change, Plan, Resource

LEFT = Change("a", Action.LEAVE, Resource.ADDITION, {"x": 1}, {"x": 1}, total=Money(Decimal(5), "EUR"))
MADE = Change("b", Action.CREATE, Resource.ADDITION, {"x": 1, "y": 2}, total=Money(Decimal(7), "EUR"))
ENDED = Change("c", Action.CANCEL, Resource.ADDITION, {"x": 1, "y": None}, {"x": 1, "y": 2})


def test_rule_85_a_plan_that_leaves_everything_is_empty() -> None:
    assert Plan(stages=[[LEFT]]).is_empty
    assert not Plan(stages=[[LEFT], [MADE]]).is_empty


def test_rule_88_a_change_shows_what_differs() -> None:
    assert LEFT.differences == {}
    assert MADE.differences == {"x": (None, 1), "y": (None, 2)}
    assert ENDED.differences == {"y": (2, None)}


def test_a_plan_counts_and_lists_its_writes_in_the_order_of_stages() -> None:
    plan = Plan(stages=[[ENDED], [LEFT, MADE]])
    assert plan.writes == [ENDED, MADE]
    assert [plan.count(action) for action in Action] == [1, 0, 1, 1]


def test_a_plan_adds_up_what_is_planned_and_what_is_held() -> None:
    held = [
        Blocked("a line", "code", "Why.", "What to do.", total=Money(Decimal(3), "USD")),
        Blocked("no line", "code", "Why.", "What to do."),
    ]
    plan = Plan(stages=[[ENDED], [LEFT, MADE]], blocked=held)
    assert plan.planned == Totals([Money(Decimal(12), "EUR")])
    assert plan.held == Totals([Money(Decimal(3), "USD")])
