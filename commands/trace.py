"""`./psc trace`: the way of a request through both projects, hop by hop, out of their logs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import Command, tidy_up_on_signals
from commands.console import show, steps
from commands.environment import Environment
from commands.expectation import expectation
from deployment.printable import printable_json

if TYPE_CHECKING:
    from live.trace.report import Trace
    from live.trace.sending import Sent, Target

_REQUESTS, _MOST = 20, 200  # docs/trace.md has the arithmetic
_LONGEST = 100_000  # characters of an answer of the script's


def arguments(parser: ArgumentParser) -> None:
    """What to trace, in which time, and how to tell it."""
    parser.add_argument("key", nargs="?", metavar="KEY", help="one service or endpoint (default: all, or the only one)")
    parser.add_argument("--stack", action="append", metavar="NAME", help="read only this side (may be repeated)")
    parser.add_argument(
        "--since", metavar="TIME",
        help="send nothing; read what was logged since 14:03 (UTC), since 2026-11-28T14:03:00+09:00, or for the last "
        "10m, 2h or 1d",
    )  # fmt: skip
    parser.add_argument("--until", metavar="TIME", help="with --since: and no later than this (default: now)")
    parser.add_argument(
        "--requests", type=int, default=_REQUESTS, metavar="N", help=f"how many to send (default: {_REQUESTS})"
    )
    parser.add_argument("--path", default="/", help="which page to call (default: /)")
    parser.add_argument(
        "--wait", default="10m", metavar="TIME", help="how long to wait for the logs at most: 90s, 10m (default: 10m)"
    )
    parser.add_argument(
        "--audience", metavar="URL", help="of the ID token, where the service's URL may not be looked up"
    )
    parser.add_argument(
        "--script", action="store_true", help="send nothing; print what to paste into a shell of a VM of the network"
    )
    parser.add_argument(
        "--answers",
        metavar="FILE",
        help="send nothing; trace the requests whose answers the script printed (- to paste them)",
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON document (docs/trace.md)")


def run(args: Namespace, environment: Environment) -> int:
    """Trace; 0 there are requests, 1 there are none or one failed, 2 it could not be found out."""
    # Here and not at the top: these come with the environment.
    from commands.refusals import refused
    from deployment.unusable import UnusableError
    from live.trace.document import document
    from live.trace.report import lines

    tidy_up_on_signals()
    try:
        trace = _traced(args, environment)
    except UnusableError as error:
        return refused(error)
    if trace is None:
        return 0
    if args.json:
        print(printable_json(document(trace)))
    else:
        show(lines(trace))
    return trace.code


def _traced(args: Namespace, environment: Environment) -> Trace | None:
    """The trace; None where there is only a script to print."""
    from deployment.unusable import UnusableError
    from live.trace.entries import Window
    from live.trace.report import Trace
    from live.trace.sending import target
    from live.trace.tracing import chosen, of_ours, point, seconds, traced

    now = datetime.now(UTC)
    window = Window(since=point(args.since or "1h", now), until=point(args.until, now) if args.until else now)
    if window.until <= window.since:
        raise UnusableError("--until is before --since: nothing can be logged then")
    _refuse_contradictions(args)
    patience, pasted = seconds(args.wait), _pasted(args.answers)
    with steps("synthesis", in_logs=not args.since) as begin:
        made, wanted = expectation(environment, args.stack or ())
        routes = chosen(wanted, args.key or "")
        if args.since:
            return Trace(environment=made.environment, window=window, traced=traced(routes, window, begin=begin))
        to = target(routes, args.key or "", args.audience or "", args.path)
        if not args.script:
            return of_ours(made.environment, _sent(args, to, pasted, begin), patience, begin)
    _print_script(args, to)
    return None


def _refuse_contradictions(args: Namespace) -> None:
    from deployment.unusable import UnusableError

    modes = [name for name in ("since", "script", "answers") if getattr(args, name)]
    if len(modes) > 1:
        raise UnusableError(f"--{modes[0]} and --{modes[1]} do not go together")
    if args.until and not args.since:
        raise UnusableError("--until needs --since")
    if not 1 <= args.requests <= _MOST:
        raise UnusableError(f"--requests takes 1 to {_MOST}")


def _sent(args: Namespace, to: Target, pasted: str | None, begin: Callable[[str], None]) -> Sent:
    from live.trace.sending import of_script, sent

    if pasted is not None:
        return of_script(to, pasted)
    vm = to.endpoint.vm.rpartition("/")[2]
    begin(f"opening a shell on {vm}")
    show([f"sends {args.requests} requests from {vm or 'a VM'} to {to.called.url}"], errors=True)
    return sent(to, args.requests, lambda count: begin(f"sending from {vm}: {count} of {args.requests}"))


def _pasted(file: str | None) -> str | None:
    """What the script printed, out of a file or from standard input."""
    from deployment.unusable import UnusableError

    if file is None:
        return None
    if file == "-":
        if sys.stdin.isatty():
            show(["paste what the script printed, and end with Ctrl-D on a line of its own"], errors=True)
        return sys.stdin.buffer.read(_LONGEST).decode("utf-8", "replace")
    try:
        with Path(file).open("rb") as opened:
            return opened.read(_LONGEST).decode("utf-8", "replace")
    except OSError as error:
        raise UnusableError(f"--answers {file!r} cannot be read ({error.strerror})") from error


def _print_script(args: Namespace, to: Target) -> None:
    from live.trace.script import script
    from live.trace.sending import new_id

    print(script(to.called, new_id(), args.requests), end="")
    key = f"{args.key} " if args.key else ""
    show(
        [f"run it on the VM, save what it prints to a file, and then run here: ./psc trace {key}--answers FILE"],
        errors=True,
    )


COMMAND = Command(
    name="trace",
    summary="the way of a request, hop by hop, out of the logs of both projects",
    details=(
        "Sends requests to an endpoint from the test VM, through gcloud compute ssh, waits for the logs, and prints\n"
        "the way of these requests with the address at each hop. With --since it sends nothing, and tells who called.\n"
        "It joins Cloud Run's request log, the load balancer's log where it is on (request_log of a service), the\n"
        "attachment's NAT addresses and the consumer's flow log, and says what is missing and which switch would show\n"
        "it. Where several callers fit, all are told. Without a test VM, --script prints what to run on another VM,\n"
        "and --answers takes what it printed. It reads with your own credentials, and goes on where it may not read.\n"
        "Exit codes: 0 there are requests, and those that were sent are answered and logged; 1 there are none, or one\n"
        "failed; 2 it could not be found out."
    ),
    examples=(
        "./psc trace",
        "./psc trace psc-endpoint --requests 60 --wait 15m",
        "./psc trace --script > script.sh",
        "./psc trace --answers printed.txt",
        "./psc trace --since 14:03 --until 14:05",
        "./psc trace hello --since 30m",
        "./psc trace --stack consumer --since 2h",
        "./psc trace --since 1h --json > trace.json",
    ),
    run=run,
    arguments=arguments,
    operands="[KEY]",
)
