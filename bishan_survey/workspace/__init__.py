"""The folder in which a district's survey lives: settings, inbox, archive, runs and the lock."""

from bishan_survey.workspace.folder import (
    CHANGED_NUMBERS,
    CORRECTIONS,
    DECISIONS,
    INBOX,
    REGISTERS,
    Received,
    Workspace,
    create_workspace,
    make_private_folder,
    write_atomically,
)
from bishan_survey.workspace.keys import KEYS, Key, as_toml
from bishan_survey.workspace.runs import RECORD, RunFolder, current_run, last_run, new_run, read_record
from bishan_survey.workspace.settings import (
    SETTINGS_FILE,
    Overrides,
    Retention,
    Settings,
    Thresholds,
    Value,
    read_values,
)

__all__ = [
    "CHANGED_NUMBERS",
    "CORRECTIONS",
    "DECISIONS",
    "INBOX",
    "KEYS",
    "RECORD",
    "REGISTERS",
    "SETTINGS_FILE",
    "Key",
    "Overrides",
    "Received",
    "Retention",
    "RunFolder",
    "Settings",
    "Thresholds",
    "Value",
    "Workspace",
    "as_toml",
    "create_workspace",
    "current_run",
    "last_run",
    "make_private_folder",
    "new_run",
    "read_record",
    "read_values",
    "write_atomically",
]
