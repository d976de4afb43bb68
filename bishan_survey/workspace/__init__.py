"""The folder in which a district's survey lives: settings, inbox, archive, runs and the lock."""

from bishan_survey.workspace.files import make_private_folder, write_atomically
from bishan_survey.workspace.folder import (
    CHANGED_NUMBERS,
    CORRECTIONS,
    DECISIONS,
    INBOX,
    REGISTERS,
    Received,
    Workspace,
    create_workspace,
)
from bishan_survey.workspace.runs import RECORD, RunFolder, current_run, is_named_for, last_run, new_run, read_record
from bishan_survey.workspace.settings import SETTINGS_FILE, Settings, Thresholds

__all__ = [
    "CHANGED_NUMBERS",
    "CORRECTIONS",
    "DECISIONS",
    "INBOX",
    "RECORD",
    "REGISTERS",
    "SETTINGS_FILE",
    "Received",
    "RunFolder",
    "Settings",
    "Thresholds",
    "Workspace",
    "create_workspace",
    "current_run",
    "is_named_for",
    "last_run",
    "make_private_folder",
    "new_run",
    "read_record",
    "write_atomically",
]
