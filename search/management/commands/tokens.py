"""`manage.py tokens VERB`: create, list and revoke API tokens. On the web: Account."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import services
from search.models import Scope
from search.selectors.accounts import people, tokens_of, valid_tokens
from search.services.accounts.tokens import create_token, revoke_token

DAYS, MOST_DAYS = 90, 3650


class Command(BaseCommand):
    help = "Make a token for somebody's scripts, list tokens, revoke one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
        making = verbs.add_parser("create", help="print a new token, this once")
        making.add_argument("owner", metavar="ACCOUNT")
        making.add_argument("--name", default="From the command line", help="what it is for")
        making.add_argument("--scope", choices=Scope.values, default=Scope.READ.value)
        making.add_argument(
            "--days", type=int, default=DAYS, help=f"until it expires (default {DAYS}; 0: never)"
        )
        making.set_defaults(act=self.create)
        listing = verbs.add_parser("list", help="those that are valid")
        listing.add_argument("owner", metavar="ACCOUNT", nargs="?")
        listing.set_defaults(act=self.list_all)
        revoking = verbs.add_parser("revoke", help="refuse it from now on")
        revoking.add_argument("prefix", help="its first characters, as `list` shows them")
        revoking.set_defaults(act=self.revoke)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            options["act"](**options)
        except services.Conflict as refusal:
            raise CommandError(str(refusal)) from None

    def create(self, *, owner: str, name: str, scope: str, days: int, **_: Any) -> None:
        if not 0 <= days <= MOST_DAYS:
            raise CommandError(f"--days: give 0 for never or 1 to {MOST_DAYS} days, not {days}")
        made = create_token(owner=_person(owner), name=name, scope=Scope(scope), days=days or None)
        self.stdout.write(made[1])

    def list_all(self, *, owner: str | None, **_: Any) -> None:
        rows = valid_tokens()
        for row in rows.filter(owner=_person(owner)) if owner else rows:
            until = f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "for ever"
            used = f"used {row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never used"
            self.stdout.write(
                f"{row.prefix}…  {row.owner}  {row.scope:<5}  {until}  {used}  {_plain(row.name)}"
            )

    def revoke(self, *, prefix: str, **_: Any) -> None:
        found = list(tokens_of().filter(prefix__startswith=prefix.rstrip("…"), revoked_at=None)[:2])
        if len(found) != 1:
            raise CommandError(
                f"{'several tokens begin' if found else 'no valid token begins'} with {prefix}"
            )
        revoke_token(token_id=found[0].pk)
        self.stdout.write(f"The token {found[0].prefix}… is revoked.")


def _plain(text: str) -> str:
    """Nothing in it that a terminal would obey."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _person(name: str) -> Any:
    user = people().filter(username=name).first()
    if user is None:
        raise CommandError(f"there is no account {name}; `manage.py accounts list` shows those that are")
    return user
