"""`python -m nasweb.client NOUN VERB`: the command line without Django."""

import sys
from argparse import ArgumentParser

from nasweb.client.commands import line

parser = ArgumentParser(prog="nas", description=line.DESCRIPTION)
line.build(parser)
sys.exit(line.run(parser.parse_args(), sys.stdout, sys.stderr))
