"""`./psc test`: lint, format, types, imports, and the tests; nothing of it needs a network or a cloud account."""

from __future__ import annotations

import time
from argparse import Namespace

from commands.command import Command
from commands.environment import Environment

_CHECKS = (
    ("lint", ("-m", "ruff", "check", "--quiet", ".")),
    ("format", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    ("types", ("-m", "mypy", "--no-error-summary")),
    ("imports", ("-m", "commands.import_rules")),
)


# What pytest makes of words that it does not know, and of words that choose no test.
_UNUSABLE = {4, 5}


def run(args: Namespace, environment: Environment) -> int:
    """All checks even after one has failed; the tests come last, so their verdict is the closing line."""
    words: list[str] = args.words
    if words[:1] == ["--e2e"]:
        words = ["-m", "e2e", "--durations=0", *words[1:]]
    if words:
        code = environment.run("-m", "pytest", *words)
        return 2 if code in _UNUSABLE else code
    failed = []
    for name, command in _CHECKS:
        started = time.monotonic()
        good = environment.run(*command) == 0
        print(f"{name}: {'fine' if good else 'FAILED'} ({time.monotonic() - started:.0f} s)", flush=True)
        failed += [] if good else [name]
    code = environment.run("-m", "pytest", "-q")
    if failed:
        print(f"FAILED before the tests: {', '.join(failed)}", flush=True)
    return 1 if failed else min(code, 1)


COMMAND = Command(
    name="test",
    summary="lint, types, imports and tests; offline",
    details=(
        "Runs ruff, mypy, import-linter and pytest. If you give arguments, only pytest runs, with these arguments.\n"
        "--e2e as the first argument runs the edits and faults of a live deployment, which take about an hour and\n"
        "need Terraform."
    ),
    examples=("./psc test", "./psc test tests/config", "./psc test -k endpoint -x", "./psc test --e2e -k service"),
    run=run,
    chooses=False,
    passes_on=True,
)
