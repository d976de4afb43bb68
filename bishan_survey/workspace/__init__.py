"""The folder in which a district's survey lives: settings, inbox, archive, runs, audit file and the lock."""

from bishan_survey.workspace.audit import (
    AUDIT_FILE,
    ON_RECORD,
    Act,
    Checked,
    Head,
    audit_head,
    check_audit,
    put_on_record,
)
from bishan_survey.workspace.folder import (
    CHANGED_NUMBERS,
    CORRECTIONS,
    DECISIONS,
    INBOX,
    REGISTERS,
    Received,
    Workspace,
    create_workspace,
    write_atomically,
)
from bishan_survey.workspace.keys import KEYS, Key, as_toml
from bishan_survey.workspace.log import LOGS, Log, told_of
from bishan_survey.workspace.runs import RECORD, RunFolder, current_run, last_run, new_run, read_record
from bishan_survey.workspace.settings import (
    SETTINGS_FILE,
    Overrides,
    Settings,
    Thresholds,
    Value,
    read_values,
)

__all__ = [
    "AUDIT_FILE",
    "CHANGED_NUMBERS",
    "CORRECTIONS",
    "DECISIONS",
    "INBOX",
    "KEYS",
    "LOGS",
    "ON_RECORD",
    "RECORD",
    "REGISTERS",
    "SETTINGS_FILE",
    "Act",
    "Checked",
    "Head",
    "Key",
    "Log",
    "Overrides",
    "Received",
    "RunFolder",
    "Settings",
    "Thresholds",
    "Value",
    "Workspace",
    "as_toml",
    "audit_head",
    "check_audit",
    "create_workspace",
    "current_run",
    "last_run",
    "new_run",
    "put_on_record",
    "read_record",
    "read_values",
    "told_of",
    "write_atomically",
]
