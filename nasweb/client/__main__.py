"""`python -m nasweb.client NOUN VERB`, or `nas NOUN VERB` once it is installed: the command line without Django."""

import sys
from argparse import ArgumentParser

from nasweb.client.commands import line


def main() -> None:
    parser = ArgumentParser(prog="nas", description=line.DESCRIPTION)
    line.build(parser)
    sys.exit(line.run(parser.parse_args(), sys.stdout, sys.stderr))


if __name__ == "__main__":
    main()
