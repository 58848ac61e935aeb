"""`bursar keys rotate`: one command, and everything opens with the new key alone."""

from tests.cli.command_line import CommandLine


def test_the_key_is_replaced_and_connections_go_on(bursar: CommandLine) -> None:
    bursar.add()
    file = bursar.home / "encryption.key"
    before = file.read_text()
    assert "--yes" in bursar.error("keys", "rotate", code=2)["remedy"]
    assert bursar.json("keys", "rotate", "--yes") == {
        "resealed": 1,
        "dropped": 1,
        "kept": 0,
        "from_environment": False,
    }
    assert before.strip() not in file.read_text()
    assert bursar.json("connection", "test")["successful"] is True


def test_the_old_key_may_stay(bursar: CommandLine) -> None:
    bursar.add()
    text = bursar.run("keys", "rotate", "--keep-old", "--yes").stdout
    assert "1 secret sealed with the new key." in text
    assert "1 old key left in the file." in text
    assert "2 old keys dropped." in bursar.run("keys", "rotate", "--yes").stdout


def test_a_key_of_the_environment_is_told_how_to_change(bursar: CommandLine) -> None:
    bursar.add()
    key = (bursar.home / "encryption.key").read_text().strip()
    refused = bursar.run("keys", "rotate", "--yes", code=2, env={"BURSAR_ENCRYPTION_KEY": key})
    assert "put it in front of the present one" in refused.stderr
    assert key not in refused.output
    new = "q" * 43 + "="
    both = bursar.run("keys", "rotate", "--yes", env={"BURSAR_ENCRYPTION_KEY": f"{new},{key}"})
    assert "Now take the old keys out of BURSAR_ENCRYPTION_KEY" in both.stdout
    tested = bursar.json("connection", "test", env={"BURSAR_ENCRYPTION_KEY": new})
    assert tested["successful"] is True
