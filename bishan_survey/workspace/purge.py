"""What of old runs is kept no longer: whole runs, and the persons' data of runs whose statistics are kept longer.

The current run is never touched, nor what stands in the workspace beside the runs: originals, decisions, deliveries.
The next night reads the current run alone, so nothing that it remembers is lost with the others.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bishan_survey.hashes import digest_of_bytes
from bishan_survey.workspace.audit import Act, put_on_record
from bishan_survey.workspace.folder import Workspace
from bishan_survey.workspace.runs import BUILDING, RECORD, RunFolder, last_run, read_record
from bishan_survey.workspace.settings import Keep
