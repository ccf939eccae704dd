"""`manage.py accounts VERB`: create, list and change accounts. On the web: /people/."""

import getpass
import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import services
from search.models import Role
from search.selectors.accounts import people, role_of
from search.services.accounts import accounts

PASSWORD_BYTES = 12


class Command(BaseCommand):
    help = "Make accounts, give them roles and passwords, close them; give experiments to somebody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

        def verb(name: str, act: Callable[..., None], help: str, *, named: bool = True) -> ArgumentParser:
            found: ArgumentParser = verbs.add_parser(name, help=help, description=help)
            found.set_defaults(act=act)
            if named:
                found.add_argument("name")
            return found

        making = verb("create", self.create, "a new account")
        making.add_argument("--role", choices=Role.values, default=Role.VIEWER.value)
        for taking in (making, verb("password", self.password, "another password; ends all sessions")):
            taking.add_argument(
                "--generate", action="store_true", help="make one up and print it, instead of asking for it"
            )
        verb("list", self.list_all, "name, role, open or closed, number of experiments", named=False)
        verb("role", self.role, "another role").add_argument("role", choices=Role.values)
        verb("close", self.close, "refuse its logins, sessions and tokens from now on")
        verb("open", self.open, "let it in again")
        giving = verb("give", self.give, "make it the owner of experiments")
        giving.add_argument("experiments", nargs="*", type=int, metavar="NUMBER")
        giving.add_argument("--ownerless", action="store_true", help="all that have no owner")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            options["act"](**options)
        except services.Conflict as refusal:
            raise CommandError(str(refusal)) from None

    def create(self, *, name: str, role: str, generate: bool, **_: Any) -> None:
        password = self._password(generate)
        accounts.create_account(name=name, role=Role(role), password=password)
        self.stdout.write(
            f"{name} is {'an' if role == 'admin' else 'a'} {role} now."
            + (f" Password: {password}" if generate else "")
        )

    def password(self, *, name: str, generate: bool, **_: Any) -> None:
        password = self._password(generate)
        accounts.set_password(name=name, password=password)
        self.stdout.write(f"{name} has a new password." + (f" It is: {password}" if generate else ""))

    def list_all(self, **_: Any) -> None:
        for user in people():
            role = role_of(user) or "closed"
            count = user.experiments.count()
            self.stdout.write(f"{user.get_username():<30} {role:<11} {count:>6} experiments")

    def role(self, *, name: str, role: str, **_: Any) -> None:
        accounts.set_role(name=name, role=Role(role))
        self.stdout.write(f"{name} is {'an' if role == 'admin' else 'a'} {role} now.")

    def close(self, *, name: str, **_: Any) -> None:
        accounts.set_active(name=name, active=False)
        self.stdout.write(f"The account {name} is closed.")

    def open(self, *, name: str, **_: Any) -> None:
        accounts.set_active(name=name, active=True)
        self.stdout.write(f"The account {name} is open.")

    def give(self, *, name: str, experiments: list[int], ownerless: bool, **_: Any) -> None:
        if bool(experiments) == ownerless:
            raise CommandError("give the numbers of experiments, or --ownerless")
        count = accounts.give_experiments(name=name, experiment_ids=None if ownerless else experiments)
        self.stdout.write(f"{name} owns {count} more.")

    def _password(self, generate: bool) -> str:
        """Never from the command line, which everybody on the machine can read."""
        if generate:
            return secrets.token_urlsafe(PASSWORD_BYTES)
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise CommandError("the two differ; nothing was changed")
        return password
