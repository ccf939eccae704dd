"""Login and logout, with rate limiting before the password is checked (`services.accounts.logins`)."""

from django.conf import settings
from django.contrib import auth
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from search.services.accounts.logins import admit_login, forget_attempts
from visualize.pages.accounts.forms import LoginForm

NO_ACCOUNTS = (
    "This installation has no accounts: it serves the person at this machine. NASWEB_ACCOUNTS=1 changes that."
)
WRONG = "Name and password do not go together, or the account is closed."
TOO_MANY = "Too many attempts. Try again in {minutes} min; nothing was looked at."


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if not settings.ACCOUNTS:
        raise Http404(NO_ACCOUNTS)
    if request.method != "POST":
        return _form(request, LoginForm())
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _form(request, form, 400)
    name, address = form.cleaned_data["name"], _address(request)
    wait = admit_login(name=name, address=address)
    if wait:
        form.add_error(None, TOO_MANY.format(minutes=-(-wait // 60)))
        response = _form(request, form, 429)
        response.headers["Retry-After"] = str(wait)
        return response
    user = auth.authenticate(request, username=name, password=form.cleaned_data["password"])
    if user is None:
        form.add_error(None, WRONG)
        return _form(request, form, 403)
    forget_attempts(name=name, address=address)
    auth.login(request, user)
    return HttpResponseRedirect(_next(request))


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("login")


def _form(request: HttpRequest, form: LoginForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": _next(request), "section": ""}
    return render(request, "accounts/login.html", context, status=status)


def _next(request: HttpRequest) -> str:
    """Back to where one wanted to go, on this server alone."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else reverse("experiments")


def _address(request: HttpRequest) -> str:
    """Of the machine that asks. Behind a proxy it is the last that the proxy has added; what stands before that came
    with the request and may be invented."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    return (forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", "")))[:45]
