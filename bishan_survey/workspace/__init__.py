"""The folder in which a district's survey lives: settings, inbox, archive, runs and the lock."""

from bishan_survey.workspace.folder import (
    Received,
    Workspace,
    create_workspace,
    make_private_folder,
    write_atomically,
)
from bishan_survey.workspace.runs import RECORD, RunFolder, current_run, new_run
from bishan_survey.workspace.settings import Settings, Thresholds

__all__ = [
    "RECORD",
    "Received",
    "RunFolder",
    "Settings",
    "Thresholds",
    "Workspace",
    "create_workspace",
    "current_run",
    "make_private_folder",
    "new_run",
    "write_atomically",
]
