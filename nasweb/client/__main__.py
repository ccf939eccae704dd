"""`python -m nasweb.client NOUN VERB`, or `nas NOUN VERB` once installed: command line without Django."""

import sys
from argparse import ArgumentParser

from nasweb.client.commands import command_line
from nasweb.console import write_what_the_console_can


def main() -> None:
    write_what_the_console_can()
    parser = ArgumentParser(prog="nas", description=command_line.DESCRIPTION)
    command_line.build(parser)
    sys.exit(command_line.run(parser.parse_args(), sys.stdout, sys.stderr))


if __name__ == "__main__":
    main()
