"""`bursar config`: what is set is shown, applies to the future only, and is checked."""

from bursar.store.models import AuditEntry
from tests.cli.command_line import CommandLine


def settings(bursar: CommandLine) -> dict[str, dict[str, object]]:
    rows = bursar.json("config", "show")["settings"]
    assert isinstance(rows, list)
    return {row["name"]: row for row in rows}


def test_the_agreement_type_is_looked_up_in_connectwise(bursar: CommandLine) -> None:
    bursar.add()
    assert bursar.json("config", "set", "agreement_type", "cloud subscriptions")["value"] == "Cloud Subscriptions"
    assert settings(bursar)["agreement_type"]["value"] == "Cloud Subscriptions"
    error = bursar.error("config", "set", "agreement_type", "Legacy Web Hosting", code=2)
    assert "Managed Services" in error["remedy"]


def test_rule_24_the_answer_says_that_only_the_future_changes(bursar: CommandLine) -> None:
    bursar.add()
    result = bursar.run("config", "set", "skip_zero_lines", "yes")
    assert result.stdout.splitlines() == [
        "skip_zero_lines is yes.",
        "This applies to future syncs only; what is in ConnectWise already stays as it is.",
    ]


def test_an_empty_value_restores_the_default(bursar: CommandLine) -> None:
    bursar.add()
    bursar.run("config", "set", "mass_cancel_share", "0.5")
    assert settings(bursar)["mass_cancel_share"]["changed"] is True
    assert "back to its default (0.30)" in bursar.run("config", "set", "mass_cancel_share", "").stdout
    assert settings(bursar)["mass_cancel_share"] == {
        "name": "mass_cancel_share",
        "value": "0.30",
        "changed": False,
        "default": "0.30",
        "meaning": settings(bursar)["mass_cancel_share"]["meaning"],
    }


def test_wrong_names_and_values_are_usage_errors(bursar: CommandLine) -> None:
    bursar.add()
    assert "no setting" in bursar.error("config", "set", "colour", "blue", code=2)["sentence"]
    assert "platform" in bursar.error("config", "set", "price", "cheap", code=2)["remedy"]


def test_the_price_of_one_organization_is_shown_with_the_rest(bursar: CommandLine) -> None:
    bursar.add()
    bursar.run("config", "set", "price_for.O-1", "markup_percent 12")
    assert settings(bursar)["price_for.O-1"]["value"] == "markup_percent 12"
    assert "price_for.O-1" in bursar.run("config", "show").stdout


def test_each_connection_has_its_own_settings(bursar: CommandLine) -> None:
    bursar.add()
    bursar.add("other")
    bursar.run("config", "set", "price", "catalog", "--connection", "other")
    assert settings(bursar)["price"]["value"] == "platform"
    assert (
        bursar.error("config", "show", "--connection", "third", code=2)["remedy"] == "Known connections: main, other."
    )


def properties(bursar: CommandLine) -> dict[str, object]:
    rows = bursar.json("config", "show")["properties"]
    assert isinstance(rows, list)
    return {row["name"]: row["value"] for row in rows}


def test_properties_are_shown_and_set_by_name(bursar: CommandLine) -> None:
    bursar.add()
    assert bursar.json("config", "set", "product.category", "cloud")["value"] == "Cloud"
    bursar.run("config", "set", "product.subcategory", "Productivity")
    bursar.run("config", "set", "price_units", "User, Each")
    assert (
        "line_description is Line One & Line Two."
        in bursar.run("config", "set", "line_description", "Line One & Line Two").stdout
    )
    shown = properties(bursar)
    assert shown["product.subcategory"] == "Productivity"
    assert shown["price_units"] == "User, Each"
    assert "Line One & Line Two" in bursar.run("config", "show").stdout
    error = bursar.error("config", "set", "product.category", "Hardware", code=2)
    assert error["sentence"] == "'Productivity' is not a sub-category of 'Hardware'."
    assert bursar.json("config", "set", "price_units", "")["value"] == ""
    assert properties(bursar)["price_units"] == ""


def test_a_value_is_mapped_and_taken_out_again(bursar: CommandLine) -> None:
    bursar.add()
    assert bursar.json("config", "map", "payment_terms", "30 days", "net 30")["connectwise"] == "Net 30"
    bursar.run("config", "map", "payment_terms", "15 days", "Net 15")
    assert properties(bursar)["payment_terms"] == "15 days → Net 15, 30 days → Net 30"
    assert "30 days is not mapped." in bursar.run("config", "map", "payment_terms", "30 days", "").stdout
    assert properties(bursar)["payment_terms"] == "15 days → Net 15"
    assert "Net 99" in bursar.error("config", "map", "payment_terms", "99 days", "Net 99", code=2)["sentence"]
    assert "config map" in bursar.error("config", "set", "payment_terms", "Net 15", code=2)["remedy"]


def test_every_change_is_audited(bursar: CommandLine) -> None:
    bursar.add()
    bursar.run("config", "set", "agreement_type", "Cloud Subscriptions")
    bursar.run("config", "map", "payment_terms", "30 days", "Net 30")
    entries = list(AuditEntry.objects.filter(action__in=["configuration saved", "properties saved"]).order_by("number"))
    assert [(entry.channel, entry.after) for entry in entries] == [
        ("cli", {"agreement_type": "Cloud Subscriptions"}),
        ("cli", {"payment_terms": "30 days → Net 30"}),
    ]


def test_the_agreement_type_cannot_be_taken_away(bursar: CommandLine) -> None:
    bursar.set_up()
    assert "required" in bursar.error("config", "set", "agreement_type", "", code=2)["sentence"]
    assert settings(bursar)["agreement_type"]["value"] == "Cloud Subscriptions"
