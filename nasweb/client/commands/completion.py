"""Shell completion for bash and zsh, generated from the argument parser."""

import shlex
import sys
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path

SCRIPT = """\
# Tab completion and the short name `nas`, for bash and zsh:  source <(python manage.py nas completion)
if [ -n "${{ZSH_VERSION-}}" ]; then  # zsh speaks bash's language of completion when it is asked to
    autoload -U +X compinit && compinit -u
    autoload -U +X bashcompinit && bashcompinit
fi
nas() {{ {command} "$@"; }}
_nas() {{
    local at=1 current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
    if [[ "${{COMP_WORDS[0]}}" == *manage.py ]]; then
        [[ "${{COMP_WORDS[1]}}" == nas ]] || return 0
        at=2
    fi
    local noun="" verb=""
    (( COMP_CWORD > at )) && noun="${{COMP_WORDS[at]}}"
    (( COMP_CWORD > at + 1 )) && verb="${{COMP_WORDS[at+1]}}"
    case "$noun/$verb/$previous" in
{values}
        *) case "$noun/$verb" in
{words}
        esac ;;
    esac
    COMPREPLY=( $(compgen -W "$words" -- "$current") )
}}
complete -o default -F _nas nas manage.py
"""


def completion_script(parser: ArgumentParser) -> str:
    values, words = [], [_case("/", _names(parser))]
    for noun, group in subcommands(parser):
        words.append(_case(f"{noun}/", _names(group)))
        for verb, leaf in subcommands(group):
            words.append(_case(f"{noun}/{verb}", options_of(leaf)))
            values += [
                _case(f"{noun}/{verb}/{option}", [str(choice) for choice in action.choices])
                for action in leaf._actions
                for option in action.option_strings
                if action.choices
            ]
    indent = "        "
    return SCRIPT.format(
        command=_command(),
        values="\n".join(indent + line for line in values),
        words="\n".join(2 * indent + line for line in words),
    )


def _case(pattern: str, words: list[str]) -> str:
    return f'{pattern}) words="{" ".join(words)}" ;;'


def _command() -> str:
    """What runs this very command line, from any folder."""
    started = Path(sys.argv[0]).resolve()
    if started.name == "manage.py":
        return shlex.join([sys.executable, str(started), "nas"])
    return shlex.join([sys.executable, "-m", "nasweb.client"])


def subcommands(parser: ArgumentParser) -> Iterator[tuple[str, ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            yield from action.choices.items()


def _names(parser: ArgumentParser) -> list[str]:
    return [name for name, _ in subcommands(parser)]


def options_of(parser: ArgumentParser) -> list[str]:
    return [
        option for action in parser._actions for option in action.option_strings if option.startswith("--")
    ]
