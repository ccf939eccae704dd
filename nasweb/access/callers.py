"""Caller of a request: the local user, a logged-in account, or a script with a token."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from search.models import Role, Scope
from search.permissions import NOBODY, PERSON_HERE, Actor
from search.selectors.accounts import people, role_of, token_behind
from search.services.accounts.tokens import note_use


class Backend(ModelBackend):
    """Django's, which brings the role along in the query that finds the user."""

    def get_user(self, user_id: int) -> Any:
        user = people().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


def bearer(request: HttpRequest) -> str | None:
    """The token in the Authorization header; None where that header says nothing of the kind."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None


def caller(request: HttpRequest) -> Actor:
    """A token counts alone: with one, the session's cookie is not looked at."""
    if not settings.ACCOUNTS:
        return PERSON_HERE
    text = bearer(request)
    if text is not None:
        return _with_token(text)
    user = request.user
    if not isinstance(user, get_user_model()):
        return NOBODY
    return Actor(role_of(user), user.pk, user.get_username())


def _with_token(text: str) -> Actor:
    token = token_behind(text)
    if token is None or token.owner is None:
        return NOBODY
    role = role_of(token.owner)
    if role is None:
        return NOBODY
    note_use(token)
    allowed = Scope(token.scope).role
    least = allowed if role.includes(allowed) else role
    return Actor(Role(least), token.owner_id, token.owner.get_username(), by_token=True)
