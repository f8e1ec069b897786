"""What a slow step is at, for whoever waits: one line that is kept current on a terminal, now and then one elsewhere.

Without any library: it tells how the environment is made that libraries come with.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from deployment.printable import printable

# A log needs less than a terminal.
_ON_TERMINAL, _IN_LOG = 0.2, 15.0
# Held by whoever writes to standard error while a line is kept current there.
WRITING = threading.Lock()


def say(message: str) -> None:
    """Progress goes to standard error: standard output belongs to the command."""
    with WRITING:
        print(message, file=sys.stderr, flush=True)


@contextmanager
def grouped(title: str) -> Iterator[None]:
    """Fold in the log of GitHub Actions what is said meanwhile; nothing elsewhere.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#grouping-log-lines
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        yield
        return
    say(f"::group::{title}")
    try:
        yield
    finally:
        say("::endgroup::")


@contextmanager
def telling(what: Callable[[], str]) -> Iterator[None]:
    """While it lasts, tell what is being done and for how many seconds; `what` is asked each time."""
    started, done = time.monotonic(), threading.Event()
    terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def told() -> str:
        return f"  {printable(what())} ({time.monotonic() - started:.0f} s)"

    def tell() -> None:
        while not done.wait(_ON_TERMINAL if terminal else _IN_LOG):
            if terminal:
                width = shutil.get_terminal_size().columns - 1
                with WRITING:
                    sys.stderr.write(f"\r\x1b[K{told()[:width]}")
                    sys.stderr.flush()
            else:
                say(told())

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
        if terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def run_told(
    command: Sequence[str], what: str, variables: Mapping[str, str], folder: Path | None = None, counted: str = ""
) -> tuple[int, list[str]]:
    """Run a command; its exit code and output. Lines that begin with `counted` say how far it has come."""
    count, lines = 0, list[str]()

    def told() -> str:
        return f"{what}: {count} so far" if count else what

    with (
        telling(told),
        subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(printable(line.rstrip()))
            count += bool(counted) and line.startswith(counted)
    return process.returncode, lines
