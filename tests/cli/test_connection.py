"""`bursar connection`: keys come in by prompt, environment or file, and never go out again (rules 5-9, 11)."""

from pathlib import Path

from tests.cli.command_line import CommandLine
from tests.cli.psa_process import PATIENCE, ROLE
from tests.cli.terminal import terminal


def test_a_connection_is_tested_stored_and_made_the_default(bursar: CommandLine) -> None:
    first = bursar.json(*bursar.add_words("main"), env=bursar.key_of())
    assert first["tested"] is True
    assert first["problems"] == []
    bursar.add("second")
    rows = bursar.json("connection", "list")["connections"]
    assert isinstance(rows, list)
    assert [(row["name"], row["default"]) for row in rows] == [("main", True), ("second", False)]
    assert "main" in bursar.run("connection", "list").stdout
    assert "Test is successful." in bursar.run("connection", "test").stdout


def test_the_private_key_may_come_from_a_file(bursar: CommandLine) -> None:
    key = bursar.file("key.txt", bursar.psa.keys[ROLE][1] + "\n")
    bursar.run(*bursar.add_words(), "--private-key-file", str(key))
    assert bursar.json("connection", "test")["successful"] is True
    assert bursar.error(*bursar.add_words("b"), "--private-key-file", "nowhere", code=2)["code"] == "invalid_input"


def test_the_private_key_is_never_an_option(bursar: CommandLine) -> None:
    result = bursar.run(*bursar.add_words(), "--private-key", "x", code=2)
    assert "No such option" in result.stderr


def test_without_a_key_and_without_a_terminal_it_is_a_usage_error(bursar: CommandLine) -> None:
    error = bursar.error(*bursar.add_words(), code=2)
    assert "no terminal" in error["sentence"]
    assert "BURSAR_PRIVATE_KEY" in error["remedy"]


def test_at_a_terminal_the_private_key_is_asked_for_and_not_shown(bursar: CommandLine) -> None:
    with terminal() as screen, bursar.process(*bursar.add_words(), stdin=screen.descriptor) as process:
        assert process.stderr is not None
        assert process.stderr.read(13) == "Private key: "  # from here on the echo is off
        screen.type(bursar.psa.keys[ROLE][1] + "\n")
        out, err = process.communicate(timeout=PATIENCE)
        bursar.assert_clean(out + err + screen.screen())
    assert process.returncode == 0, err
    assert "Test is successful." in out


def test_unusable_credentials_are_refused_and_not_stored(bursar: CommandLine) -> None:
    wrong = bursar.run(*bursar.add_words(), code=3, env={"BURSAR_PRIVATE_KEY": "wrong"})
    assert wrong.stderr.startswith("Error: ConnectWise refuses these keys.\nWhat to do: Create a new key")
    unknown = bursar.json(*bursar.add_words(company="nowhere"), code=3, env=bursar.key_of())["error"]
    assert isinstance(unknown, dict)
    assert unknown["code"] == "unknown_company"
    assert bursar.json("connection", "list")["connections"] == []
    bursar.run(*bursar.add_words(), "--no-test", env={"BURSAR_PRIVATE_KEY": "wrong"})
    failed = bursar.run("connection", "test", code=3)
    assert "Test is not successful." in failed.stderr
    assert "What to do:" in failed.stderr


def test_a_connection_gets_new_keys_and_keeps_everything_else(bursar: CommandLine) -> None:
    bursar.add("main", "No Agreements")
    bursar.run("connection", "option", "main", "concurrency", "4")
    before = bursar.json("connection", "list")["connections"]
    words = ("connection", "rekey", "main", "--public-key")
    bursar.run(*words, "wrong", code=3, env={"BURSAR_PRIVATE_KEY": "wrong"})
    assert bursar.json("connection", "list")["connections"] == before
    public, private = bursar.psa.keys[ROLE]
    changed = bursar.json(*words, public, env={"BURSAR_PRIVATE_KEY": private})
    connection = changed["connection"]
    assert isinstance(connection, dict)
    assert connection["options"] == {"concurrency": "4"}
    assert bursar.json("connection", "test")["successful"] is True


def test_a_role_without_agreements_is_told_which_row_is_missing(bursar: CommandLine) -> None:
    bursar.add("weak", "No Agreements")
    document = bursar.json("connection", "test", "weak", code=3)
    assert document["successful"] is False
    problems = document["problems"]
    assert isinstance(problems, list)
    assert [problem["code"] for problem in problems] == ["not_permitted"]
    assert "Finance > Agreements" in problems[0]["remedy"]
    bursar.run("config", "set", "agreement_type", "Cloud Subscriptions", "--connection", "weak")


def test_options_are_set_checked_and_restored(bursar: CommandLine) -> None:
    bursar.add()
    assert bursar.json("connection", "option", "main", "concurrency", "4")["value"] == "4"
    assert "concurrency 4" in bursar.run("connection", "list").stdout
    assert bursar.json("connection", "option", "main", "concurrency", "")["value"] == ""
    assert bursar.error("connection", "option", "main", "speed", "4", code=2)["code"] == "invalid_input"


def test_removing_needs_a_yes(bursar: CommandLine) -> None:
    bursar.add()
    assert "--yes" in bursar.error("connection", "remove", "main", code=2)["remedy"]
    assert bursar.json("connection", "remove", "main", "--yes") == {"removed": "main"}
    assert bursar.error("connection", "test", code=2)["sentence"] == "There is no connection yet."


def test_a_second_connection_of_the_same_name_is_refused(bursar: CommandLine) -> None:
    bursar.add()
    error = bursar.json(*bursar.add_words(), code=2, env=bursar.key_of())["error"]
    assert isinstance(error, dict)
    assert "already" in error["sentence"]


def test_the_database_does_not_hold_the_private_key(bursar: CommandLine) -> None:
    bursar.add()
    for file in Path(bursar.home).iterdir():
        assert bursar.psa.keys[ROLE][1].encode() not in file.read_bytes()


def test_an_edit_is_tested_and_keeps_what_is_not_given(bursar: CommandLine) -> None:
    bursar.add()
    changed = bursar.json("connection", "edit", "main", "--name", "west")["connection"]
    assert isinstance(changed, dict)
    assert (changed["name"], changed["url"], changed["state"]) == ("west", bursar.psa.url, "connected")
    wrong = {"BURSAR_PRIVATE_KEY": "wrong"}
    assert bursar.run("connection", "edit", "west", code=3, env=wrong).stderr.startswith("Error: ConnectWise refuses")
    assert bursar.json("connection", "test", "west")["successful"] is True
    for url in ("http://169.254.169.254", "https://[::ffff:169.254.169.254]", "file:///etc/passwd"):
        assert bursar.error("connection", "edit", "west", "--url", url, code=2)["code"] == "invalid_input"


def test_a_stored_key_is_never_sent_to_another_address(bursar: CommandLine) -> None:
    bursar.add()
    elsewhere = bursar.psa.url.replace("127.0.0.1", "localhost")
    error = bursar.error("connection", "edit", "main", "--url", elsewhere, code=2)
    assert "Enter the API Private Key again." in error["remedy"]
    bursar.run("connection", "edit", "main", "--url", elsewhere, env=bursar.key_of())


def test_a_new_default_displaces_the_old(bursar: CommandLine) -> None:
    bursar.add()
    bursar.add("second")
    assert "'second' is the default for ConnectWise REST." in bursar.run("connection", "default", "second").stdout
    rows = bursar.json("connection", "list")["connections"]
    assert isinstance(rows, list)
    assert [row["name"] for row in rows if row["default"]] == ["second"]
    assert bursar.json("connection", "default", "main")["connection"]


def test_disconnect_destroys_the_keys_and_the_same_company_resumes(bursar: CommandLine) -> None:
    bursar.add()
    assert "--yes" in bursar.error("connection", "disconnect", "main", code=2)["remedy"]
    done = bursar.json("connection", "disconnect", "main", "--yes")
    assert (done["stopped_runs"], done["still_running"], done["warning"]) == (0, [], "")
    assert bursar.error("connection", "test", code=2)["code"] == "not_configured"
    assert bursar.error("connection", "disconnect", "main", "--yes", code=2)["code"] == "invalid_input"
    public = bursar.psa.keys[ROLE][0]
    words = ("connection", "edit", "main", "--url", bursar.psa.url, "--public-key", public)
    whole = (*words, "--client-id", bursar.psa.client_id, "--company", bursar.psa.company)
    assert "Test is successful." in bursar.run(*whole, env=bursar.key_of()).stdout
    bursar.add("second")
    assert "Integration disconnected successfully." in bursar.run("connection", "disconnect", "second", "--yes").stdout


def test_another_company_needs_a_reset(bursar: CommandLine) -> None:
    bursar.add()
    words = ("connection", "edit", "main", "--company", "newco", "--no-test")
    error = bursar.json(*words, code=2, env=bursar.key_of())["error"]
    assert isinstance(error, dict)
    assert (error["code"], "--reset" in error["remedy"]) == ("company_changed", True)
    assert "--yes" in bursar.run(*words, "--reset", code=2, env=bursar.key_of()).stderr
    bursar.run(*words, "--reset", "--yes", env=bursar.key_of())
    rows = bursar.json("connection", "list")["connections"]
    assert isinstance(rows, list)
    assert (rows[0]["company"], rows[0]["state"]) == ("newco", "not_connected")


def test_connections_go_out_and_come_in_without_keys(bursar: CommandLine) -> None:
    bursar.add()
    file = bursar.home / "connections.json"
    assert "without keys" in bursar.run("connection", "export", "--file", str(file)).stdout
    assert bursar.psa.keys[ROLE][0] not in file.read_text()
    assert bursar.json("connection", "export", "main")["bursar_connections"] == 1
    bursar.run("connection", "remove", "main", "--yes")
    imported = bursar.json("connection", "import", str(file))["imported"]
    assert isinstance(imported, list)
    assert [(row["created"], row["asks_for_keys"]) for row in imported] == [(True, True)]
    assert "'main' is overwritten; enter its keys" in bursar.run("connection", "import", str(file)).stdout
    assert bursar.error("connection", "test", code=2)["code"] == "not_configured"
    bursar.file("broken.json", "{")
    assert bursar.error("connection", "import", str(bursar.home / "broken.json"), code=2)["code"] == "invalid_input"
