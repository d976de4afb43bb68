#!/bin/sh
# Finds a Python that is new enough; the rest is install.py.
here=$(dirname "$0")
for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$python" >/dev/null 2>&1 && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        exec "$python" "$here/install.py" "$@"
    fi
done
cat "$here/need-python.txt" >&2
exit 1
