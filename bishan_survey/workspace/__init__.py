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
from bishan_survey.workspace.log import LOGS, Log, told_of
from bishan_survey.workspace.runs import RECORD, RunFolder, current_run, last_run, new_run, read_record
from bishan_survey.workspace.settings import SETTINGS_FILE, Settings, Thresholds

__all__ = [
    "AUDIT_FILE",
    "CHANGED_NUMBERS",
    "CORRECTIONS",
    "DECISIONS",
    "INBOX",
    "LOGS",
    "ON_RECORD",
    "RECORD",
    "REGISTERS",
    "SETTINGS_FILE",
    "Act",
    "Checked",
    "Head",
    "Log",
    "Received",
    "RunFolder",
    "Settings",
    "Thresholds",
    "Workspace",
    "audit_head",
    "check_audit",
    "create_workspace",
    "current_run",
    "last_run",
    "new_run",
    "put_on_record",
    "read_record",
    "told_of",
    "write_atomically",
]
