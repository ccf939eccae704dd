"""Permissions: the acting user of a request, and the only comparison of roles and owners.

Without accounts there is one person, at this machine, who may do everything; what that person makes has no owner.
With accounts an experiment that has no owner (it was made before there were accounts) belongs to the admins.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, cast

from django.http import HttpRequest

from search.models import Role


class Owned(Protocol):
    """An experiment or a study."""

    pk: Any
    owner_id: int | None
    owner: Any


@dataclass(frozen=True)
class Actor:
    """A caller as the gate has recognised it (nasweb/access/callers.py)."""

    role: Role | None
    """The most it may do; None: nobody that is known here."""
    user_id: int | None = None
    """Becomes the owner of what it makes; null for the person at this machine."""
    name: str = ""
    by_token: bool = False
    """A script with a token, as opposed to a person in a browser."""

    @property
    def caller(self) -> str:
        """Keeps the idempotency keys of different people apart."""
        return "" if self.user_id is None else f"user {self.user_id}"

    @property
    def is_known(self) -> bool:
        return self.role is not None

    @property
    def is_admin(self) -> bool:
        return self.may(Role.ADMIN)

    @property
    def may_run(self) -> bool:
        """Make experiments, and change its own."""
        return self.may(Role.RESEARCHER)

    def may(self, needed: Role) -> bool:
        return self.role is not None and self.role.includes(needed)

    def may_change(self, thing: Owned) -> bool:
        """Start, pause, stop, edit or delete it, and put notes, tags and genotypes of one's own into it."""
        if self.is_admin:
            return True
        return self.may_run and thing.owner_id is not None and thing.owner_id == self.user_id

    def may_change_all(self, things: Iterable[Owned]) -> bool:
        """What several experiments share is changed only by who may change each of them."""
        return self.may_run and all(self.may_change(thing) for thing in things)


PERSON_HERE = Actor(Role.ADMIN)
NOBODY = Actor(None)


def actor_of(request: HttpRequest) -> Actor:
    """Set by the gate for every request."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]
