"""The process in which files are read: whatever a file does to it, only that file is lost.

Requests come in by standard input and answers go out by standard output, both pickled: both ends are this program.
Nothing heavy is imported here, so that it starts at once.
"""

import os
import pickle
import signal
import sys
from typing import BinaryIO

from bishan_survey.reading.grid import Answer, Refusal, Request, UnreadableFile
from bishan_survey.reading.limits import limit_own_memory
from bishan_survey.reading.read import read_file


def answer(request: Request) -> Answer:
    """What is in a file, or why it cannot be read. Nothing that a file does raises here."""
    try:
        return read_file(request)
    except UnreadableFile as refused:
        return Refusal(refused.notice, refused.details)
    except MemoryError:
        return Refusal("F03")
    except BaseException:
        # A panic of the Rust reader derives from BaseException; a reader's own bug must cost one file at most.
        return Refusal("F01")


def main() -> None:
    """Answer requests until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that asks; then no requests come
    limit_own_memory()
    answers = _own_output()
    while True:
        try:
            request: Request = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the program that started this one
        except EOFError:
            return
        pickle.dump(answer(request), answers, protocol=5)
        answers.flush()


def _own_output() -> BinaryIO:
    """Standard output for answers alone: a library that prints must not spoil them."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


if __name__ == "__main__":
    main()
