"""`bursar lines`: invoice lines, from the platform's file to ConnectWise."""

import typer

from bursar.cli import (
    lines_agreements,
    lines_list,
    lines_load,
    lines_plan,
    lines_post,
    lines_profile,
    lines_set,
    lines_source,
)
from bursar.cli.first_use import with_store

app = typer.Typer(help="Invoice lines: load, list, set, plan, post.")

app.command("load", epilog=lines_load.EPILOG)(with_store(lines_load.load))
app.command("source", epilog=lines_source.EPILOG)(with_store(lines_source.source))
app.add_typer(lines_profile.app, name="profile")
app.command("list", epilog=lines_list.EPILOG)(with_store(lines_list.show_lines))
app.command("set", epilog=lines_set.EPILOG)(with_store(lines_set.set_line))
app.command("agreements", epilog=lines_agreements.EPILOG)(with_store(lines_agreements.show_agreements))
app.command("plan", epilog=lines_plan.EPILOG)(with_store(lines_plan.plan))
app.command("post", epilog=lines_post.EPILOG)(with_store(lines_post.post))
