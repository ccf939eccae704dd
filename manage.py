#!/usr/bin/env python
"""Every command of the project: `manage.py help` lists them."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from nasweb.console import write_what_the_console_can
from nasweb.dotenv import BadEnvFile, load_env_file
from nasweb.environment import SettingError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
    write_what_the_console_can()
    try:
        load_env_file(Path(__file__).with_name(".env"))
        execute_from_command_line(sys.argv)
    except (
        SettingError,
        BadEnvFile,
    ) as problem:  # a line that names the setting helps, its traceback does not
        sys.exit(f"{type(problem).__name__}: {problem}")
