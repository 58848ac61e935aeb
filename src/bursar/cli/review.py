"""`bursar review`: what a plan of all customers found beside the lines."""

import typer

app = typer.Typer(help="What a plan of all customers found beside the lines: variances, edits, Additions made by hand.")
