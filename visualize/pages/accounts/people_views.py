"""User administration: accounts, roles, passwords, everybody's tokens."""

import secrets
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from search import services
from search.models import Role
from search.permissions import actor_of
from search.selectors.accounts import people as all_people
from search.selectors.accounts import role_of, valid_tokens
from search.services.accounts.accounts import create_account, set_active, set_password, set_role
from visualize.pages.accounts.forms import ROLES, PersonForm
from visualize.pages.accounts.login_views import NO_ACCOUNTS

PASSWORD_BYTES = 12
"""16 characters; guessing it is hopeless, and it is meant to be changed."""


@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    return _page(request)


@never_cache
@require_POST
def person_create(request: HttpRequest) -> HttpResponse:
    """The answer is the only place where the password stands."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=400)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        user = create_account(
            name=form.cleaned_data["name"], role=Role(form.cleaned_data["role"]), password=password
        )
    except services.Conflict as refusal:
        form.add_error("name", str(refusal))
        return _page(request, form=form, status=409)
    return _page(request, made=user.get_username(), password=password, status=201)


@never_cache
@require_POST
def person_change(request: HttpRequest, user_id: int) -> HttpResponse:
    """What the pressed button says: `role`, `close`, `open` or `password`."""
    user = all_people().filter(pk=user_id).first()
    if user is None:
        raise Http404(f"There is no account {user_id}.")
    name, asked = user.get_username(), request.POST.get("do", "")
    try:
        if asked == "password":
            password = secrets.token_urlsafe(PASSWORD_BYTES)
            set_password(name=name, password=password)
            return _page(request, made=name, password=password)
        if asked == "role" and request.POST.get("role") in Role.values:
            role = Role(request.POST["role"])
            set_role(name=name, role=role)
            said = f"{name} is {role.value} now."
        elif asked in ("close", "open"):
            set_active(name=name, active=asked == "open")
            said = f"The account {name} is {'open again' if asked == 'open' else 'closed'}."
        else:
            return _page(request, status=400)
    except services.Conflict as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("people" if actor_of(request).user_id != user_id or asked != "role" else "home")


def _page(
    request: HttpRequest,
    *,
    form: PersonForm | None = None,
    made: str = "",
    password: str = "",
    status: int = 200,
) -> HttpResponse:
    if actor_of(request).user_id is None:
        raise Http404(NO_ACCOUNTS)
    context: dict[str, Any] = {
        "rows": [
            {"person": user, "role": role_of(user) or getattr(getattr(user, "account", None), "role", "")}
            for user in all_people().annotate(owned=Count("experiments"))
        ],
        "roles": ROLES,
        "form": form or PersonForm(initial={"role": Role.RESEARCHER.value}),
        "tokens": valid_tokens(),
        "made": made,
        "password": password,
        "section": "people",
    }
    return render(request, "accounts/people.html", context, status=status)
