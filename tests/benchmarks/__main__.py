"""All benchmarks: `python -m tests.benchmarks pages`, or another name that `--help` lists."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
    django.setup()
    from tests.benchmarks.command import main

    sys.exit(main(sys.argv[1:]))
