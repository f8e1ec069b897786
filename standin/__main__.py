"""`python -m standin`: run the stand-in, or print the environment that points clients at it."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from standin.discovery import DiscoveryMissingError
from standin.environment import environment
from standin.server import Standin


def main(arguments: list[str] | None = None) -> int:
    """Run until interrupted. Exit code 2 when it cannot start."""
    options = _parser().parse_args(arguments)
    if options.command == "env":
        for name, value in environment(options.url).items():
            print(f"export {name}={value}")
        return 0
    try:
        projects = dict(_project(text) for text in options.project)
        standin = Standin(
            projects, port=options.port, log=options.log, operation_seconds=options.operation_seconds
        ).start()
    except (DiscoveryMissingError, OSError, ValueError) as problem:
        print(f"standin: {problem}", file=sys.stderr)
        return 2
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    print(standin.url, flush=True)
    if options.until_stdin_closes:
        threading.Thread(target=_watch, args=(standin, done), daemon=True).start()
    done.wait()
    standin.stop()
    return 0


def _watch(standin: Standin, done: threading.Event) -> None:
    """End with whoever started us, also when that one crashed; unless it asked us to stay."""
    while sys.stdin.read(1):
        pass
    if not standin.cloud.stays:
        done.set()


def _project(text: str) -> tuple[str, str]:
    name, _, number = text.partition("=")
    if not name or not number.isdigit():
        raise ValueError(f"--project {text}: write ID=NUMBER, for example --project my-project=123456789012")
    return name, number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m standin", description="A stand-in for the Google Cloud APIs on loopback."
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on; 0, the default, takes a free one and prints it"
    )
    parser.add_argument(
        "--project",
        action="append",
        default=[],
        metavar="ID=NUMBER",
        help="a project that exists (repeatable); without any, every project id exists",
    )
    parser.add_argument("--log", type=Path, help="file that gets one line per request")
    parser.add_argument(
        "--operation-seconds",
        type=float,
        default=0.0,
        help="how long operations take; 0, the default: done at the first look",
    )
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="end when standard input does, unless POST /_standin/stay came",
    )
    commands = parser.add_subparsers(dest="command")
    env = commands.add_parser("env", help="print the variables that point Terraform and gcloud at a running stand-in")
    env.add_argument("--url", required=True, help="address of the stand-in, such as http://127.0.0.1:8123")
    return parser


if __name__ == "__main__":
    sys.exit(main())
