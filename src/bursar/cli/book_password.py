"""Where the password of a book comes from: a file, the environment or a hidden prompt; never the command line."""

from bursar.cli.secret import Secret

VARIABLE = "BURSAR_BOOK_PASSWORD"
PASSWORD = Secret("password", VARIABLE, "--password-file")
