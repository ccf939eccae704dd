"""Forms: login, token, new account, role."""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm

from search.models import Role, Scope
from visualize.pages.shared.names import visible

NEVER = "never"
PASSWORD_HELP = "Ten characters or more; not a common one, no number alone, not like your name."
SCOPES = {
    Scope.READ: "read: look at everything, take results away",
    Scope.RUN: "run: also make experiments, and change your own",
    Scope.ADMIN: "admin: also change everybody's",
}
ROLES = {
    Role.VIEWER: "viewer: reads",
    Role.RESEARCHER: "researcher: makes experiments, changes those",
    Role.ADMIN: "admin: changes everything, and who may come in",
}


class LoginForm(forms.Form):
    """A name and a password."""

    name = forms.CharField(
        max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
    )
    password = forms.CharField(
        strip=False, max_length=1000, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class PasswordForm(PasswordChangeForm):
    """Another password for oneself, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)  # the page is about more
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password2"].help_text = ""


class TokenForm(forms.Form):
    """A token within what the role allows."""

    name = forms.CharField(
        max_length=100, help_text="What it is for, such as “notebook on the cluster”.", validators=[visible]
    )
    scope = forms.ChoiceField()
    days = forms.ChoiceField(
        label="Expires",
        choices=[("30", "after 30 days"), ("90", "after 90 days"), ("365", "after a year"), (NEVER, "never")],
    )

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "token_%s", **kwargs})
        choices = [(scope.value, words) for scope, words in SCOPES.items() if role.includes(scope.role)]
        scope_field = self.fields["scope"]
        assert isinstance(scope_field, forms.ChoiceField)
        scope_field.choices = choices

    @property
    def lifetime(self) -> int | None:
        """In days; None: it does not expire."""
        chosen: str = self.cleaned_data["days"]
        return None if chosen == NEVER else int(chosen)


class PersonForm(forms.Form):
    """Somebody new; the password is made here and shown once."""

    name = forms.CharField(max_length=150, help_text="Letters, digits and @ . + - _")
    role = forms.ChoiceField(choices=[(role.value, words) for role, words in ROLES.items()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "person_%s", **kwargs})
