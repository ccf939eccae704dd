"""Account page: profile, password, API tokens."""

from django.contrib import auth, messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from search import services
from search.models import Role, Scope
from search.permissions import actor_of
from search.selectors.accounts import people, tokens_of
from search.services.accounts.accounts import set_password
from search.services.accounts.tokens import create_token, revoke_token
from visualize.pages.accounts.forms import PasswordForm, TokenForm
from visualize.pages.accounts.login_views import NO_ACCOUNTS

PASSWORD_CHANGED = (
    "The password is changed. Your other sessions are ended; your tokens stay valid: revoke those that somebody else "
    "may know."
)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """GET shows it; POST changes the password, which ends one's other sessions."""
    user = _user(request)
    form = PasswordForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            set_password(name=user.get_username(), password=form.cleaned_data["new_password1"])
        except services.Conflict as refusal:
            form.add_error("new_password1", str(refusal))
        else:
            user.refresh_from_db()
            auth.update_session_auth_hash(request, user)
            messages.success(request, PASSWORD_CHANGED)
            return redirect("account")
    return _page(request, password=form, status=400 if form.errors else 200)


@never_cache
@require_POST
def token_create(request: HttpRequest) -> HttpResponse:
    """The answer is the only place where the token stands."""
    user, role = _user(request), _role(request)
    form = TokenForm(request.POST, role=role)
    if not form.is_valid():
        return _page(request, token=form, status=400)
    try:
        row, text = create_token(
            owner=user,
            name=form.cleaned_data["name"],
            scope=Scope(form.cleaned_data["scope"]),
            days=form.lifetime,
        )
    except services.Conflict as refusal:
        form.add_error(None, str(refusal))
        return _page(request, token=form, status=409)
    return _page(request, made=row, text=text, status=201)


@require_POST
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """An admin revokes anybody's."""
    actor = actor_of(request)
    try:
        row = revoke_token(token_id=token_id, owner_id=None if actor.is_admin else actor.user_id)
    except services.NotFound as missing:
        raise Http404(str(missing)) from None
    messages.success(request, f"The token {row.prefix}… is revoked.")
    return redirect("people" if row.owner_id != actor.user_id else "account")


def _page(
    request: HttpRequest,
    *,
    password: PasswordForm | None = None,
    token: TokenForm | None = None,
    made: object = None,
    text: str = "",
    status: int = 200,
) -> HttpResponse:
    user, role = _user(request), _role(request)
    context = {
        "person": user,
        "role": role,
        "password": password or PasswordForm(user),
        "token": token or TokenForm(role=role),
        "tokens": tokens_of(user.pk).filter(revoked_at=None),
        "made": made,
        "text": text,
        "section": "account",
    }
    return render(request, "accounts/account.html", context, status=status)


def _user(request: HttpRequest) -> User:
    actor = actor_of(request)
    if actor.user_id is None:
        raise Http404(NO_ACCOUNTS)
    return people().get(pk=actor.user_id)


def _role(request: HttpRequest) -> Role:
    role = actor_of(request).role
    assert role is not None  # the gate has let them in
    return role
