"""The folder in which a district's survey lives: settings, inbox, archive, runs, audit file and the lock."""

from bishan_survey.files import write_atomically
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
)
from bishan_survey.workspace.kept import KeptRun, kept_runs, run_named
from bishan_survey.workspace.keys import KEYS, Key, as_toml
from bishan_survey.workspace.log import LOGS, Log, exit_code_of, told_of
from bishan_survey.workspace.purge import Doomed, doomed, purge
from bishan_survey.workspace.runs import RECORD, RunFolder, current_run, is_named_for, last_run, new_run, read_record
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
    "Doomed",
    "Head",
    "KeptRun",
    "Key",
    "Log",
    "Overrides",
    "Received",
    "Retention",
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
    "doomed",
    "exit_code_of",
    "is_named_for",
    "kept_runs",
    "last_run",
    "new_run",
    "purge",
    "put_on_record",
    "read_record",
    "read_values",
    "run_named",
    "told_of",
    "write_atomically",
]
