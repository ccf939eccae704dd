#!/usr/bin/env python
"""Every command of the project: `manage.py help` lists them."""

import os
import sys

from django.core.management import execute_from_command_line

from nasweb.environment import SettingError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nasweb.settings")
    try:
        execute_from_command_line(sys.argv)
    except SettingError as problem:  # a line that names the setting helps, its traceback does not
        sys.exit(f"SettingError: {problem}")
