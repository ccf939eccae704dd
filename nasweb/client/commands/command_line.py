"""Command line: parses NOUN VERB, runs it, maps errors to exit statuses."""

import os
import sys
from argparse import ArgumentParser, Namespace

from nasweb.client.client import Client
from nasweb.client.commands import (
    cluster,
    evaluations,
    experiments,
    finals,
    genotypes,
    individuals,
    motifs,
    reference,
    shared_trainings,
    studies,
)
from nasweb.client.commands.completion import completion_script
from nasweb.client.commands.output import Output, Stream
from nasweb.client.commands.shared_options import UsageError, read_text
from nasweb.client.errors import NaswebError, ServerUnreachable, WaitTimeout

OK, REFUSED, USAGE, UNREACHABLE, LATE, INTERRUPTED = 0, 1, 2, 3, 4, 130
DESCRIPTION = "Searches on a nasweb server, this machine's or any other."
STATUSES = (
    "exit status: 0 done; 1 refused, not found, or a search that did not finish; 2 the command line is not right; "
    "3 the server does not answer; 4 the time of a wait is over"
)
RETRIES = 3
"""About two seconds: a person waits for the answer."""


def build(parser: ArgumentParser) -> None:
    """All nouns and verbs."""
    parser.epilog = STATUSES
    nouns = parser.add_subparsers(dest="noun", metavar="NOUN", required=True)
    groups = (
        experiments,
        individuals,
        genotypes,
        motifs,
        evaluations,
        finals,
        shared_trainings,
        studies,
        reference,
    )
    for group in groups:
        group.add(nouns)
    nouns.add_parser("completion", help="print a script for tab completion in bash and zsh").set_defaults(
        act=None, script=lambda _: completion_script(parser)
    )
    cluster.add(nouns)


def run(options: Namespace, out: Stream, err: Stream) -> int:
    """Do what a parsed command line says; the exit status."""
    try:
        if options.act is None:
            Output(out).raw(options.script(options))
            return OK
        with Client(options.url, token=_token(options), retries=_retries(options)) as client:
            status = options.act(client, options, Output(out, as_json=options.json)) or OK
            out.flush()  # here, where a reader who has gone is still noticed
            return int(status)
    except BrokenPipeError:  # whoever read has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED
    except (NaswebError, UsageError, ValueError) as error:
        err.write(f"{error}\n")
        return _status(error)


def _status(error: Exception) -> int:
    if isinstance(error, ServerUnreachable):
        return UNREACHABLE
    if isinstance(error, WaitTimeout):
        return LATE
    return REFUSED if isinstance(error, NaswebError) else USAGE


def _retries(options: Namespace) -> int:
    """A wait of hours outlives a server that is started again."""
    return 2 * RETRIES if options.verb == "wait" else RETRIES


def _token(options: Namespace) -> str | None:
    """From a file: what stands on a command line can be read by everybody on the machine."""
    if options.token_file is None:
        return None
    lines = read_text(options.token_file).split()
    if not lines:
        raise UsageError(f"{options.token_file} is empty; its first line is to be a token")
    return lines[0]
