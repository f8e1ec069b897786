"""`./psc trace`: the way of a request through both projects, hop by hop, out of their logs."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from commands.command import Command
from commands.console import drawn, show
from commands.environment import Environment
from commands.expectation import expectation
from commands.progress import telling

if TYPE_CHECKING:
    from live.trace.report import Trace


def arguments(parser: ArgumentParser) -> None:
    """What to trace, in which time, and how to tell it."""
    parser.add_argument("key", nargs="?", metavar="KEY", help="one service or endpoint (default: all)")
    parser.add_argument("--stack", action="append", metavar="NAME", help="read only this side (may be repeated)")
    parser.add_argument(
        "--since", default="1h", metavar="TIME",
        help="read what was logged since 14:03 (UTC), since 2026-11-28T14:03:00+09:00, or for the last 10m, 2h or 1d "
        "(default: 1h)",
    )  # fmt: skip
    parser.add_argument("--until", metavar="TIME", help="and no later than this (default: now)")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON document (docs/trace.md)")


def run(args: Namespace, environment: Environment) -> int:
    """Trace; 0 there are requests, 1 there are none, 2 it could not be found out."""
    # Here and not at the top: these come with the environment.
    from commands.refusals import refused
    from deployment.unusable import UnusableError
    from live.trace.document import document
    from live.trace.report import lines

    try:
        trace = _traced(args, environment)
    except UnusableError as error:
        return refused(error)
    if args.json:
        print(json.dumps(document(trace), indent=2))
    else:
        show(lines(trace))
    return trace.code


def _traced(args: Namespace, environment: Environment) -> Trace:
    from deployment.unusable import UnusableError
    from live.trace.entries import Window
    from live.trace.report import Trace
    from live.trace.tracing import chosen, point, traced

    now = datetime.now(UTC)
    window = Window(since=point(args.since, now), until=point(args.until, now) if args.until else now)
    if window.until <= window.since:
        raise UnusableError("--until is before --since: nothing can be logged then")
    doing = "synthesis"

    def begin(what: str) -> None:
        nonlocal doing
        doing = what

    with telling(lambda: doing) if drawn(errors=True) else nullcontext():
        made, wanted = expectation(environment, args.stack or ())
        routes = chosen(wanted, args.key or "")
        return Trace(environment=made.environment, window=window, traced=traced(routes, window, begin=begin))


COMMAND = Command(
    name="trace",
    summary="who called a service, hop by hop, out of the logs of both projects",
    details=(
        "Joins Cloud Run's request log, the load balancer's log where it is on (request_log of a service), the\n"
        "attachment's NAT addresses and the consumer's flow log, and prints the way of each request with the address\n"
        "at each hop, or what is missing and which switch would show it. Where several callers fit, all are told.\n"
        "It reads with your own credentials, changes nothing, and goes on where it may not read. Exit codes: 0 there\n"
        "are requests, 1 there are none, 2 it could not be found out."
    ),
    examples=(
        "./psc trace --since 14:03 --until 14:05",
        "./psc trace hello --since 30m",
        "./psc trace --stack consumer --since 2h",
        "./psc trace --since 1h --json > trace.json",
    ),
    run=run,
    arguments=arguments,
    operands="[KEY]",
)
