"""`./psc cdktf`: the pinned cdktf CLI, installed from package-lock.json on first use."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from argparse import Namespace
from contextlib import chdir
from pathlib import Path

from commands.building import BuildError, built, clean
from commands.cdk import Cdk
from commands.command import Command
from commands.console import show
from commands.environment import CHECKOUT, HOME, Environment
from commands.environment import run as run_in_checkout
from commands.lockfile import digest
from commands.progress import run_told, say
from commands.terraform import VARIABLE, require_terraform

_WITH_TERRAFORM = {"deploy", "apply", "destroy", "diff", "plan", "output", "outputs", "watch", "get", "provider"}
_WITH_SYNTHESIS = _WITH_TERRAFORM - {"get", "provider"} | {"list", "synth", "synthesize"}
# Without a terminal the CLI crashes over its own question, in the middle of the work.
_ASKING = {"deploy", "apply", "destroy"}
# With these the app is not ours, or not run.
_OTHER_APP = {"-a", "--app", "--skip-synth"}
_HELP = {"help", "--help", "-h"}


def run(args: Namespace, environment: Environment) -> int:
    """Pass the words on, as they are; the exit code is the CLI's."""
    words: list[str] = args.words
    if not words or words == ["help"]:
        words = ["--help"]
    if words[0] in _WITH_TERRAFORM and not _HELP & set(words):
        # The CLI would take `terraform` where the variable says nothing.
        os.environ[VARIABLE] = require_terraform().program
    options = {word.partition("=")[0] for word in words}
    approved = "--auto-approve" in options or "CDKTF_AUTO_APPROVE" in os.environ
    if words[0] in _ASKING and not approved and not _HELP & options and not sys.stdin.isatty():
        raise BuildError(f"cdktf {words[0]} asks before it changes anything: without a terminal, add --auto-approve")
    given = variables(environment)
    if words[0] in _WITH_SYNTHESIS and not options & _OTHER_APP and not _HELP & set(words):
        if not _usable():
            return 2
        given["PSC_NOTES_TOLD"] = "1"
    program = _installed(environment)
    return run_in_checkout([str(environment.node), str(program), *words], given)


def _usable() -> bool:
    """Whether the configuration is; told here, at once and with our exit code: the CLI would make it a 1.

    Its notes are told here, too: the CLI shows nothing of what an app says when all went well, or calls it an error.
    """
    from config.loading import load
    from config.problems import ConfigurationError
    from deployment.hidden import scrub_refusals
    from deployment.line import Line

    try:
        with chdir(CHECKOUT):  # a relative PSC_CONFIG means there by now
            loaded = load(CHECKOUT)
    except ConfigurationError as error:
        print(scrub_refusals(error.report()), file=sys.stderr)
        return False
    show((Line(f"note: {note}", "note") for note in loaded.notes), errors=True)
    return True


def variables(environment: Environment) -> dict[str, str]:
    """What the CLI runs with: its app in our environment, whatever Python, pip or pipenv the machine has."""
    variables = environment.variables()
    # It wants to run `python3`, under that name; at the end, so that it hides nothing of the caller's.
    variables["PATH"] = f"{variables['PATH']}{os.pathsep}{environment.python.parent}"
    # It would ask the caller's pipenv or pip which cdktf they have, and stop when it is another one.
    variables.setdefault("DISABLE_VERSION_CHECK", "true")
    # The CLI takes its options from CDKTF_… variables too: its app runs in our environment, not in pipenv's.
    variables["CDKTF_APP"] = f"{shlex.quote(str(environment.python))} -s main.py"
    # Without a lock file it would ask the registry even where a local mirror has the provider.
    variables.setdefault("CDKTF_SKIP_PROVIDER_LOCK", "true")
    if not sys.stdin.isatty() and not sys.stdout.isatty():
        variables.setdefault("CI", "true")  # each step of its spinner would be lines of a log
    return variables


def _installed(environment: Environment) -> Path:
    cdk = environment.cdk
    home = cli_home(cdk)
    built(home, f"the CLI of {cdk.name}: about 130 MB", lambda aside: _install(aside, environment))
    clean(HOME, f"{cdk.prefix}node-*", home)
    return home / "node_modules" / cdk.cli / "bundle" / "bin" / cdk.name


def cli_home(cdk: Cdk) -> Path:
    """Where the CLI is installed, or would be, that is locked now."""
    return HOME / f"{cdk.prefix}node-{digest((cdk.cli_folder / 'package-lock.json').read_text())}"


def _install(home: Path, environment: Environment) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(environment.cdk.cli_folder / name, home / name)
    # The only install script is node-pty's, whose prebuilt binary is in the package.
    command = [*environment.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    code, lines = run_told(command, "install the locked packages", environment.variables(), folder=home)
    if code != 0:
        for line in lines[-8:]:
            say(f"  {line}")
        raise BuildError(
            f"could not install the CLI of {environment.cdk.name}; see above. Is the npm registry reachable? Then run "
            "this again."
        )


COMMAND = Command(
    name="cdktf",
    summary="the cdktf CLI: deploy, diff, destroy, list, output, …",
    details=(
        "Passes all arguments on to the cdktf CLI 0.21, except --env and --config, wherever they are. With\n"
        "PSC_CDK=cdktn it is the CLI of cdktn, the maintained fork (docs/upgrading.md).\n"
        "Deploying needs Terraform 1.5 or newer on PATH and credentials for Google Cloud.\n"
        "The CLI's own help: ./psc cdktf help, ./psc cdktf deploy --help"
    ),
    examples=(
        "./psc cdktf deploy producer consumer",
        "./psc cdktf diff producer",
        "./psc cdktf --env staging deploy producer consumer --auto-approve",
        "./psc cdktf destroy consumer producer",
    ),
    run=run,
    passes_on=True,
)
