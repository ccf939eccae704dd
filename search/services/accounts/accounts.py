"""Account management: create, change role, close and reopen; transfer experiments. One transaction each."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from search.models import Account, Experiment, Role
from search.services import errors

NAME_TAKEN = "There is an account {name} already."
BAD_NAME = "{name!r} cannot be a name: {why}"
BAD_PASSWORD = "The password is refused: {why}"
LAST_ADMIN = "{name} is the last admin; make another one first."


@transaction.atomic
def create_account(*, name: str, role: Role, password: str) -> User:
    """The new user. Raises Conflict for a name that is taken or no name, and for a password that is easily guessed."""
    user = User(username=User.normalize_username(name.strip()))
    try:
        user.full_clean(exclude=["password"], validate_unique=False)
    except ValidationError as fault:
        raise errors.Conflict(BAD_NAME.format(name=name, why=" ".join(fault.messages))) from None
    if User.objects.filter(username__iexact=user.username).exists():
        raise errors.Conflict(NAME_TAKEN.format(name=user.username))
    _take_password(user, password)
    user.save()
    Account.objects.create(user=user, role=role)
    return user


@transaction.atomic
def set_role(*, name: str, role: Role) -> None:
    admins = _locked_admins()
    user = locked_user(name)
    if role != Role.ADMIN and admins == {user.pk}:
        raise errors.Conflict(LAST_ADMIN.format(name=name))
    Account.objects.update_or_create(user=user, defaults={"role": role})


@transaction.atomic
def set_password(*, name: str, password: str) -> None:
    """Everybody who is logged in under this name is logged out by it."""
    user = locked_user(name)
    _take_password(user, password)
    user.save(update_fields=["password"])


@transaction.atomic
def set_active(*, name: str, active: bool) -> None:
    """An account that is closed keeps its experiments; its sessions and tokens are refused at once."""
    admins = _locked_admins()
    user = locked_user(name)
    if not active and admins == {user.pk}:
        raise errors.Conflict(LAST_ADMIN.format(name=name))
    user.is_active = active
    user.save(update_fields=["is_active"])


@transaction.atomic
def give_experiments(*, name: str, experiment_ids: Sequence[int] | None = None) -> int:
    """Make somebody the owner of these experiments; None: of all that have no owner. How many changed hands."""
    user = locked_user(name)
    if experiment_ids is None:
        return Experiment.objects.filter(owner=None).update(owner=user)
    rows = Experiment.objects.filter(pk__in=experiment_ids)
    missing = set(experiment_ids) - set(rows.values_list("pk", flat=True))
    if missing:
        raise errors.NotFound(errors.NOT_FOUND.format(what="experiment", key=min(missing)))
    return rows.update(owner=user)


def locked_user(name: str) -> User:
    """Raises NotFound."""
    user = User.objects.select_for_update().filter(username=name).first()
    if user is None:
        raise errors.NotFound(errors.NOT_FOUND.format(what="account", key=name))
    return user


def _take_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as fault:
        raise errors.Conflict(BAD_PASSWORD.format(why=" ".join(fault.messages))) from None
    user.set_password(password)


def _locked_admins() -> set[int]:
    """Who could undo what is done to the others; locked, so that two admins who demote each other do not both
    succeed."""
    is_admin = Q(account__role=Role.ADMIN) | Q(is_superuser=True)
    admins = User.objects.filter(is_admin, is_active=True).values("pk")
    rows = User.objects.select_for_update().filter(pk__in=admins).order_by("pk")
    return set(rows.values_list("pk", flat=True))
