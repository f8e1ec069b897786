"""The command line of ./psc: commands, their help, and --env and --config, which become variables."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from commands import (
    adopt,
    benchmark,
    cdktf,
    clean,
    completion,
    config,
    handover,
    init,
    lock,
    providers_lock,
    rehearse,
    review,
    roles,
    synth,
    test,
    trace,
    verify,
    version,
)
from commands.command import Command
from commands.environment import CHECKOUT

COMMANDS = {
    command.name: command
    for command in (
        init.COMMAND,
        synth.COMMAND,
        rehearse.COMMAND,
        review.COMMAND,
        cdktf.COMMAND,
        adopt.COMMAND,
        verify.COMMAND,
        trace.COMMAND,
        handover.COMMAND,
        config.COMMAND,
        roles.COMMAND,
        test.COMMAND,
        providers_lock.COMMAND,
        lock.COMMAND,
        benchmark.COMMAND,
        completion.command(lambda: _known()),
        clean.COMMAND,
    )
}

_OVERVIEW = """\
cloudrun-psc publishes a Cloud Run service privately to other Google Cloud projects over Private Service Connect.

usage: ./psc COMMAND [options]

commands:
{commands}

For more about a command: ./psc COMMAND --help

examples:
  ./psc init shop                                    begin a configuration of your own
  ./psc synth                                        write the Terraform of the default environment
  PRODUCER_PROJECT=p CONSUMER_PROJECT=c ./psc synth  with your own projects
  ./psc rehearse                                     try it offline, with the real Terraform and provider
  ./psc cdktf deploy producer consumer               deploy both sides
  ./psc adopt                                        take over what gcloud or others made
  ./psc verify                                       see whether what is deployed is as configured
  ./psc trace                                        see which way a request takes, hop by hop

The first call sets up the project's own environment (once, about 1.2 GB under .psc/; one to three minutes).
./psc --version shows the versions in use. Exit codes: 0 fine, 1 findings or failed tests, 2 unusable input.
On Windows, run it inside WSL."""
# Words of the cdktf CLI, and of Terraform, that one types first: what stands for them here.
_OF_CDKTF = {
    "deploy": "cdktf deploy producer consumer",
    "apply": "cdktf deploy producer consumer",
    "plan": "cdktf diff producer",
    "diff": "cdktf diff producer",
    "destroy": "cdktf destroy consumer producer",
    "output": "cdktf output consumer",
    "list": "cdktf list",
}


class UsageError(Exception):
    """The words on the command line cannot be used."""


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; `./{self.prog} --help` explains it")


def parse(words: list[str]) -> tuple[Command | None, Namespace]:
    """The command and its arguments; None when there is nothing left to do (help was shown).

    Raises:
        UsageError: for an unknown command or option.
    """
    if not words or words[0] in {"-h", "--help", "help"}:
        if len(words) > 1:
            return parse([words[1], "--help"])
        commands = "\n".join(f"  {command.name:<15} {command.summary}" for command in COMMANDS.values())
        print(_OVERVIEW.format(commands=commands))
        return None, Namespace()
    if words[0] in {"--version", "-V", "version"}:
        print("\n".join(version.lines()))
        return None, Namespace()
    command, rest = _command(words[0]), words[1:]
    parser = _parser(command)
    own, passed = _split(command, rest)
    if "-h" in own or "--help" in own:
        print(parser.format_help(), end="")  # print_help is silent about a full disk
        return None, Namespace()
    nothing = next((word for word in own if word.startswith("--") and word.endswith("=--")), None)
    if nothing is not None:  # some versions of argparse take an empty list for that
        raise UsageError(f"{nothing!r}: -- is no value; give one, or leave the option out")
    args = parser.parse_args(own)
    if command.passes_on:
        args.words = passed
    _refuse_odd(args)
    if command.chooses:
        _choose(args)
    return command, args


def _command(name: str) -> Command:
    if name.startswith("-"):
        raise UsageError(
            f"{name} must come after a command, as in `./psc synth --env NAME`; `./psc --help` lists the commands"
        )
    if name in _OF_CDKTF:
        raise UsageError(f"{name!r} is a command of the cdktf CLI: use `./psc {_OF_CDKTF[name]}`")
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the commands are {', '.join(COMMANDS)}"
        raise UsageError(f"unknown command {name!r}; {hint}")
    return COMMANDS[name]


def _known() -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """What completion completes."""
    return (
        {name: command.summary for name, command in COMMANDS.items()},
        {name: options_of(command) for name, command in COMMANDS.items()},
    )


def options_of(command: Command) -> dict[str, str]:
    """The options of a command with their help, for completion."""
    actions = _parser(command)._actions
    return {option: (action.help or "").replace("%%", "%") for action in actions for option in action.option_strings}


def _refuse_odd(args: Namespace) -> None:
    """An option without a value, such as a CI variable that is not set, must not silently mean the default.

    Nor must a value have lines of its own, which would stand as such in every message about it.
    """
    for name, given in vars(args).items():
        texts = [value for value in (given if isinstance(given, list) else [given]) if isinstance(value, str)]
        if name == "words":
            continue
        if any(not text.strip() for text in texts):
            raise UsageError(f"--{name.replace('_', '-')} is empty; give a value, or leave it out")
        if broken := next((text for text in texts if "\n" in text or "\r" in text), None):
            raise UsageError(f"{broken!r} has a line break; give a value of one line")


def _parser(command: Command) -> ArgumentParser:
    examples = "\n".join(f"  {example}" for example in command.examples)
    parser = _Parser(
        prog=f"psc {command.name}",
        usage=f"./psc {command.name} [options] {'WORDS…' if command.passes_on else command.operands}".rstrip(),
        description=command.details,
        epilog=f"examples:\n{examples}",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if command.chooses:
        parser.add_argument("--env", metavar="NAME", help="the environment config/environments/NAME.yaml (PSC_ENV)")
        parser.add_argument("--config", metavar="FILE", help="any other configuration file (PSC_CONFIG)")
    command.arguments(parser)
    return parser


def _split(command: Command, words: list[str]) -> tuple[list[str], list[str]]:
    """Our own options, wherever they stand; everything else is passed on as it is.

    Behind `deploy`, too: the cdktf CLI ignores options that it does not know, and would deploy the default environment.
    """
    if not command.passes_on:
        return words, []
    own: list[str] = []
    passed: list[str] = []
    rest = list(words)
    while rest and rest[0] != "--":
        ours = command.chooses and rest[0].partition("=")[0] in {"--env", "--config"}
        taken = 2 if ours and "=" not in rest[0] else 1
        (own if ours else passed).extend(rest[:taken])
        rest = rest[taken:]
    passed += rest
    if passed[:1] in (["-h"], ["--help"]):
        return passed[:1], []
    return own, passed


def _choose(args: Namespace) -> None:
    """--env and --config win over the variables, and are variables to everything that we start."""
    if args.env is not None and args.config is not None:
        raise UsageError("--env and --config exclude each other; give one of them")
    for option, value in (("--env", args.env), ("--config", args.config)):
        if value is not None and not value.strip():
            raise UsageError(f"{option} is empty; name {'an environment' if option == '--env' else 'a file'}")
    if args.env is not None:
        os.environ.pop("PSC_CONFIG", None)
        os.environ["PSC_ENV"] = args.env
    if args.config is not None:
        os.environ.pop("PSC_ENV", None)
        os.environ["PSC_CONFIG"] = args.config
    chosen = os.environ.get("PSC_CONFIG")
    if chosen and chosen.strip() and not Path(chosen).is_absolute():
        # What we start runs in the checkout, wherever the caller stands; `rehearse --from` also in a former one, which
        # is to find its own version of a file of the checkout.
        file = Path.cwd() / chosen
        plain = Path(os.path.normpath(file))
        os.environ["PSC_CONFIG"] = str(plain.relative_to(CHECKOUT) if plain.is_relative_to(CHECKOUT) else file)
