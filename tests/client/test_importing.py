"""The client comes without Django, Celery and torch."""

from tests.client.conftest import in_a_process

HEAVY = "{'django', 'celery', 'ninja', 'torch', 'numpy', 'pandas'}"


def test_importing_the_client_loads_neither_django_nor_torch() -> None:
    done = in_a_process("-c", f"import sys, nasweb.client; print(sorted({HEAVY} & set(sys.modules)))")
    assert done.stdout == "[]\n", done.stderr


def test_its_command_line_loads_no_django_either() -> None:
    program = f"import sys, nasweb.client.commands.command_line; print(sorted({HEAVY} & set(sys.modules)))"
    assert in_a_process("-c", program).stdout == "[]\n"


def test_celery_still_finds_its_application_by_the_name_of_the_package() -> None:
    program = "from celery.app.utils import find_app; app = find_app('nasweb'); print(app.main)"
    assert in_a_process("-c", program).stdout == "nasweb\n"


def test_tasks_belong_to_our_application_wherever_django_is_set_up() -> None:
    program = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "nasweb.settings"
import django
django.setup()
from search.tasks import sweep
print(sweep.app.main)
"""
    assert in_a_process("-c", program).stdout == "nasweb\n"
