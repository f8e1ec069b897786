"""Run a program for as long as our standard input stays open: it ends with whoever started us, however that ends.

Started by its path, with nothing of ours imported: `python -I -S leash.py PROGRAM [WORD …]`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    """Run the program; its exit code."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.kill())
        threading.Thread(target=_watch, args=(process,), daemon=True).start()
        return process.wait()


def _watch(process: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    process.kill()


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # at once, without waiting for who watches
