"""`bursar demo`: a month of billing against the sandbox, in a home of its own.

command     the command itself: a stage is set up, the story is told on it, the stage is struck
stage       the sandbox's process and the temporary home
story       the steps, in a process of its own, because settings are read from the environment at import
"""

from bursar.cli.demo.command import demo

__all__ = ["demo"]
