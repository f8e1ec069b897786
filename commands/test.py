"""`./psc test`: lint, format, types, imports, and the tests; nothing of it needs a network or a cloud account."""

from __future__ import annotations

import time
from argparse import Namespace

from commands.cdk import CDKS, CDKTF
from commands.command import Command
from commands.environment import Environment, prepared

_CHECKS = (
    ("lint", ("-m", "ruff", "check", "--quiet", ".")),
    ("format", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    ("types", ("-m", "mypy", "--no-error-summary")),
    ("imports", ("-m", "commands.import_rules")),
)


# What depends on the CDK: these run on the other one, too.
_OF_THE_CDK = ("tests/constructs", "tests/fast_synthesis", "tests/stacks", "tests/docs/test_foreign_app.py")
# What pytest makes of words that it does not know, and of words that choose no test.
_UNUSABLE = {4, 5}


def run(args: Namespace, environment: Environment) -> int:
    """All checks even after one has failed; the last line says so when any has."""
    words: list[str] = args.words
    if words[:1] == ["--e2e"]:
        words = ["-m", "e2e", "--durations=0", *words[1:]]
    if words:
        code = environment.run("-m", "pytest", *words)
        return 2 if code in _UNUSABLE else code
    environments = {name: prepared(cdk) for name, cdk in CDKS.items()}
    failed = []
    for name, command in _CHECKS:
        started = time.monotonic()
        good = environments[CDKTF.name].run(*command) == 0  # whose types mypy follows
        print(f"{name}: {'fine' if good else 'FAILED'} ({time.monotonic() - started:.0f} s)", flush=True)
        failed += [] if good else [name]
    for name, one in environments.items():
        chosen = name == environment.cdk.name
        print(f"tests on {name}: {'all' if chosen else ', '.join(_OF_THE_CDK)}", flush=True)
        if one.run("-m", "pytest", "-q", *(() if chosen else _OF_THE_CDK)) != 0:
            failed.append(f"tests on {name}")
    if failed:
        print(f"FAILED: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


COMMAND = Command(
    name="test",
    summary="lint, types, imports and tests; offline",
    details=(
        "Runs ruff, mypy, import-linter and pytest; what depends on the CDK is tested on cdktf and on cdktn. If you\n"
        "give arguments, only pytest runs, with these arguments, on the CDK that is chosen (PSC_CDK).\n"
        "--e2e as the first argument runs the edits and faults of a live deployment, which take about an hour and\n"
        "need Terraform."
    ),
    examples=("./psc test", "./psc test tests/config", "./psc test -k endpoint -x", "./psc test --e2e -k service"),
    run=run,
    chooses=False,
    passes_on=True,
)
