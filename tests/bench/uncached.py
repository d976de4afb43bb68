"""A command after a cache was deleted."""

import shutil
import subprocess
import sys

shutil.rmtree(sys.argv[1], ignore_errors=True)
raise SystemExit(subprocess.run(sys.argv[2:], check=False).returncode)
