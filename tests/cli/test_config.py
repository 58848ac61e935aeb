"""`bursar config`: what is set is shown, applies to the future only, and is checked."""

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
