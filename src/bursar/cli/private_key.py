"""Where a private key comes from: a file, the environment or a hidden prompt; never the command line."""

from bursar.cli.secret import Secret

VARIABLE = "BURSAR_PRIVATE_KEY"
KEY = Secret("private key", VARIABLE, "--private-key-file")

private_key = KEY.asked
given_private_key = KEY.given
