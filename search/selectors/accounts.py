"""Reads of accounts and tokens."""

import hashlib

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from search.models import Account, ApiToken, Experiment, ExperimentState, Individual, Role, WorkState


def role_of(user: User) -> Role | None:
    """None for who may not come in. Somebody without an account row reads; Django's superuser may do everything."""
    if not user.is_active:
        return None
    if user.is_superuser:
        return Role.ADMIN
    try:
        return Role(user.account.role)
    except Account.DoesNotExist:
        return Role.VIEWER


def people() -> QuerySet[User]:
    """Everybody who has a name here, by name, each with the account."""
    return User.objects.select_related("account").order_by("username")


def hash_of(token: str) -> str:
    """A token has 256 random bits: a plain hash cannot be turned back, and is found by an index."""
    return hashlib.sha256(token.encode()).hexdigest()


def valid_tokens() -> QuerySet[ApiToken]:
    """Neither revoked nor expired, of people who may come in."""
    rows = ApiToken.objects.filter(revoked_at=None, owner__is_active=True)
    return rows.filter(Q(expires_at=None) | Q(expires_at__gt=Now())).select_related("owner__account")


def token_behind(text: str) -> ApiToken | None:
    """The valid token that reads so."""
    return valid_tokens().filter(token_hash=hash_of(text)).first()


def tokens_of(user_id: int | None = None) -> QuerySet[ApiToken]:
    """One person's, or everybody's, newest first; the revoked ones too."""
    rows = ApiToken.objects.select_related("owner__account")
    return rows if user_id is None else rows.filter(owner=user_id)


def experiments_touched(evaluation_id: int) -> list[Experiment]:
    """Those that a retry or a cancellation would change: they wait for the evaluation, or would wait again."""
    waits = Q(state__in=Individual.OPEN)
    would = Q(state__in=(WorkState.FAILED, WorkState.CANCELLED)) & ~Q(
        experiment__state=ExperimentState.STOPPED
    )
    rows = Individual.objects.filter(waits | would, evaluation=evaluation_id).order_by()
    return list(Experiment.objects.filter(pk__in=rows.values("experiment_id")))
