"""Variances through the API: read, mute, unmute (rules 145-149)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bursar.domain.additions.variance_alerts import Alert
from bursar.store.models import AuditEntry, Connection, Mute
from tests.api.conftest import Cast, error_of
from tests.web.review.many_variances import a_plan, a_variance, keep
from tests.web.visitors import a_connection

UNTIL = (timezone.now().date() + timedelta(days=5)).isoformat()


@pytest.fixture
def reviewed(cast: Cast) -> Connection:
    """October with an older plan of September."""
    connection = a_connection()
    keep(a_variance(a_plan(connection, "2026-09"), 9))
    plan = a_plan(connection)
    keep(
        a_variance(plan, 1),
        a_variance(plan, 2, "23.00", Alert.OVER_BILLED, Alert.STILL_BILLED),
        a_variance(plan, 3, "-5.50", Alert.UNDER_BILLED),
    )
    return connection


def listed(cast: Cast, connection: Connection, query: str = "") -> list[int]:
    answer = cast.viewer.get(f"/connections/{connection.pk}/variances?{query}")
    assert answer.status_code == 200, answer.content
    return [row["company_id"] for row in answer.json()["variances"]]


def test_a_variance_has_all_figures_and_its_alerts(cast: Cast, reviewed: Connection) -> None:
    document = cast.viewer.get(f"/connections/{reviewed.pk}/variances").json()
    assert (document["month"], document["next"]) == ("2026-10", None)
    assert document["variances"][0] == {
        "company_id": 2,
        "company_name": "Customer 00002",
        "product_id": 7,
        "product_identifier": "SKU-7",
        "currency": "USD",
        "platform": {"quantity": "10", "amount": "100.00"},
        "connectwise": {"quantity": "10", "amount": "123.00"},
        "planned": {"quantity": "10", "amount": "123.00"},
        "last_month": {"quantity": "9", "amount": "90.00"},
        "difference": "23.00",
        "alerts": [
            {"kind": "over_billed", "sentence": "over_billed of 2."},
            {"kind": "still_billed", "sentence": "still_billed of 2."},
        ],
        "mute": None,
    }


def test_they_are_filtered_and_paged(cast: Cast, reviewed: Connection) -> None:
    assert listed(cast, reviewed) == [2, 3, 1]
    assert listed(cast, reviewed, "alert=under_billed") == [3]
    assert listed(cast, reviewed, "month=2026-09") == [9]
    assert listed(cast, reviewed, "month=2026-08") == []
    assert listed(cast, reviewed, "limit=1&offset=1") == [3]
    assert cast.viewer.get(f"/connections/{reviewed.pk}/variances?limit=1").json()["next"] == 1


def test_without_a_plan_there_is_nothing(cast: Cast) -> None:
    empty = cast.viewer.get(f"/connections/{a_connection().pk}/variances").json()
    assert empty == {"month": None, "made_at": None, "variances": [], "next": None}


def test_rule_146_mute_and_unmute(cast: Cast, reviewed: Connection) -> None:
    place = {"company_id": 2, "product_id": 7}
    address = f"/connections/{reviewed.pk}/variances"
    done = cast.operator.post(f"{address}/mute", {**place, "until": UNTIL, "reason": " Free month "})
    assert done.json() == {"changed": 1}
    assert listed(cast, reviewed) == [3, 1]
    (muted,) = cast.viewer.get(f"{address}?muted=true").json()["variances"]
    name = "operator@example.com (token operator's)"
    assert muted["mute"] == {"reason": "Free month", "until": UNTIL, "muted_by": name}
    assert AuditEntry.objects.get(action="variances muted").channel == "api"
    assert cast.operator.post(f"{address}/unmute", place).json() == {"changed": 1}
    assert cast.operator.post(f"{address}/unmute", place).json() == {"changed": 0}
    assert listed(cast, reviewed) == [2, 3, 1]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"reason": ""}, "A reason is missing."),
        ({"until": "2020-01-01"}, "2020-01-01 has passed."),
        ({"until": "2999-01-01"}, "more than a year away"),
        ({"company_id": 99}, "The newest plan has no product '7' of company '99'."),
    ],
)
def test_rule_146_what_cannot_be_muted_is_said(
    cast: Cast, reviewed: Connection, changed: dict[str, object], why: str
) -> None:
    body = {"company_id": 2, "product_id": 7, "until": UNTIL, "reason": "Known"} | changed
    answer = cast.operator.post(f"/connections/{reviewed.pk}/variances/mute", body)
    assert answer.status_code == 422
    assert why in str(error_of(answer)["sentence"])
    assert not Mute.objects.exists()
