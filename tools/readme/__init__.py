"""The parts of README.md that are what a program printed."""

from tools.readme.output import paste, up

__all__ = ["paste", "up"]
