"""`./psc completion SHELL`: completion of commands, options and environments, made from the commands themselves."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping

from commands.command import Command
from commands.environment import Environment

Options = Mapping[str, Mapping[str, str]]

_BASH = """\
# ./psc: source this file, or put its text into ~/.bashrc
_psc() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} root=${{COMP_WORDS[0]%/*}} known
    if [ "$before" = --env ]; then
        known=$(cd "$root/config/environments" 2>/dev/null && ls ./*.yaml | grep -x '[./A-Za-z0-9_-]*' \\
            | sed 's|^./||; s|.yaml$||')
        # The shell expands these words, so a file's name that is no environment's must not be one.
        COMPREPLY=($(compgen -W "$known" -- "$word"))
        return
    fi
    if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W "{commands}" -- "$word")); return; fi
    case $word in -*) ;; *) COMPREPLY=($(compgen -f -- "$word")); return ;; esac
    case ${{COMP_WORDS[1]}} in
{cases}
    esac
}}
complete -o filenames -F _psc psc ./psc
"""
_ZSH = """\
#compdef psc
# ./psc: source this file, or put its text into ~/.zshrc behind `compinit`
_psc() {{
    local root=${{words[1]%/*}}
    if (( CURRENT == 2 )); then
        local -a commands=({commands})
        _describe command commands; return
    fi
    if [[ ${{words[CURRENT-1]}} == --env ]]; then compadd -- $root/config/environments/*.yaml(N:t:r); return; fi
    local -a options
    case ${{words[2]}} in
{cases}
    esac
    if [[ $PREFIX == -* ]]; then _describe option options; else _files; fi
}}
compdef _psc psc ./psc
"""


def _bash(summaries: Mapping[str, str], options: Options) -> str:
    cases = "\n".join(
        f'        {name}) COMPREPLY=($(compgen -W "{" ".join(known)}" -- "$word")) ;;'
        for name, known in options.items()
    )
    return _BASH.format(commands=" ".join(summaries), cases=cases)


def _zsh(summaries: Mapping[str, str], options: Options) -> str:
    commands = " ".join(_pair(name, summary) for name, summary in summaries.items())
    cases = "\n".join(
        f"        {name}) options=({' '.join(_pair(option, text) for option, text in known.items())}) ;;"
        for name, known in options.items()
    )
    return _ZSH.format(commands=commands, cases=cases)


def _pair(name: str, text: str) -> str:
    return f"'{name}:{_quoted(text)}'"


def _quoted(text: str) -> str:
    return text.replace("'", "'\\''")


def _fish(summaries: Mapping[str, str], options: Options) -> str:
    lines = ["# ./psc: put this into ~/.config/fish/completions/psc.fish"]
    lines += [
        f"complete -c psc -n __fish_use_subcommand -f -a {name} -d '{_quoted(summary)}'"
        for name, summary in summaries.items()
    ]
    for name, known in options.items():
        for option, text in known.items():
            flag = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
            values = (
                " -x -a '(for f in config/environments/*.yaml; basename $f .yaml; end)'" if option == "--env" else ""
            )
            lines.append(f"complete -c psc -n '__fish_seen_subcommand_from {name}' {flag}{values} -d '{_quoted(text)}'")
    return "\n".join(lines) + "\n"


_SHELLS: dict[str, Callable[[Mapping[str, str], Options], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}


def command(known: Callable[[], tuple[Mapping[str, str], Options]]) -> Command:
    """The command; `known` gives every command's summary, and its options with their help."""

    def run(args: Namespace, environment: Environment) -> int:
        print(_SHELLS[args.shell](*known()), end="")
        return 0

    return Command(
        name="completion",
        summary="completion for bash, zsh and fish",
        details="Prints a script that completes commands, options and environments when ./psc is typed.",
        examples=(
            "./psc completion bash > ~/.psc-completion.bash",
            "./psc completion zsh > ~/.psc-completion.zsh",
            "./psc completion fish > ~/.config/fish/completions/psc.fish",
        ),
        run=run,
        arguments=_arguments,
        chooses=False,
        operands="SHELL",
        needs_environment=False,
    )


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=tuple(_SHELLS), metavar="SHELL", help="bash, zsh or fish")
