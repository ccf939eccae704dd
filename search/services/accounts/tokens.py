"""API tokens: create, revoke, record their use."""

import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Now

from search.database.clock import database_now
from search.models import ApiToken, Role, Scope
from search.selectors.accounts import hash_of, role_of, valid_tokens
from search.services import errors

PREFIX = "nas_"
"""So that a token that lies about, in a file or in a log, is known for one."""
SHOWN = 12
"""First characters that are kept to tell tokens apart; 8 of the 43 random ones."""
MOST = 100
"""Valid tokens of one person."""
NOTED_EVERY = timedelta(minutes=1)

TOO_MUCH = "A {role} cannot make a token with the scope {scope}; choose {allowed}."
TOO_MANY = "{name} has {most} tokens already; revoke one first."


def create_token(*, owner: User, name: str, scope: Scope, days: int | None) -> tuple[ApiToken, str]:
    """The row and the token itself, which is stored nowhere; `days` None: it never expires. Raises Conflict."""
    role = role_of(owner) or Role.VIEWER
    if not role.includes(scope.role):
        allowed = " or ".join(one.value for one in Scope if role.includes(one.role))
        raise errors.Conflict(TOO_MUCH.format(role=role.value, scope=scope.value, allowed=allowed))
    if valid_tokens().filter(owner=owner).count() >= MOST:
        raise errors.Conflict(TOO_MANY.format(name=owner.get_username(), most=MOST))
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        owner=owner,
        name=name.strip() or "Unnamed",
        prefix=text[:SHOWN],
        token_hash=hash_of(text),
        scope=scope,
        expires_at=None if days is None else database_now() + timedelta(days=days),
    )
    return row, text


def revoke_token(*, token_id: int, owner_id: int | None = None) -> ApiToken:
    """Refused from now on; a second time changes nothing. With `owner_id` only that person's. Raises NotFound."""
    rows = ApiToken.objects.filter(pk=token_id)
    if owner_id is not None:
        rows = rows.filter(owner=owner_id)
    row = rows.first()
    if row is None:
        raise errors.NotFound(errors.NOT_FOUND.format(what="token", key=token_id))
    rows.filter(revoked_at=None).update(revoked_at=Now())
    return row


def note_use(token: ApiToken) -> None:
    """Once a minute is enough to see whether a token is in use; a write for each request would not be."""
    now = database_now()
    if token.last_used_at is not None and token.last_used_at > now - NOTED_EVERY:
        return
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
    ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
