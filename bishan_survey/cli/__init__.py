"""The commands. typer and rich are used here and nowhere else."""

from bishan_survey.cli.app import run

__all__ = ["run"]
