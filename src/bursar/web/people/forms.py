"""Forms about people."""

import zoneinfo
from datetime import datetime, time, timedelta
from functools import cache

from allauth.account import forms as account_forms
from allauth.account.fields import EmailField as AddressField
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils import timezone

from bursar.domain.roles import MEANINGS, Role
from bursar.store.models import Person

NOT_PLACES = ("posix", "right", "localtime", "Factory", "posixrules")
ROLE_CHOICES = [(role.value, role.capitalize()) for role in Role]
ROLE_HELP = " ".join(f"{role.capitalize()}: {MEANINGS[role]}" for role in Role)
RULES = "At least 12 characters, not only digits, nothing common and nothing like the e-mail address."


class LoginForm(account_forms.LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: object, request: HttpRequest | None = None, **kwargs: object) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.fields["login"].label = "E-mail address"
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["password"].help_text = ""
        self.fields["remember"].label = "Keep me signed in on this device for two weeks"


class ReauthenticateForm(account_forms.ReauthenticateForm):
    """One's own password once more."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "Your password"
        self.fields["password"].help_text = ""


class ChangePasswordForm(account_forms.ChangePasswordForm):
    """The present password and a new one."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Present password"
        self.fields["oldpassword"].help_text = ""
        _ask_for_new_password(self)


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """Where the link goes."""

    email = AddressField(label="E-mail address")


class ResetPasswordKeyForm(account_forms.ResetPasswordKeyForm):
    """A new password, after the link in a mail."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_new_password(self)


def _ask_for_new_password(form: forms.Form) -> None:
    form.fields["password1"].label = "New password"
    form.fields["password1"].help_text = RULES
    form.fields["password2"].label = "The same password again"


class NewLogin(forms.Form):
    """A name, an address and a password that is typed twice."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=RULES,
    )
    again = forms.CharField(
        label="The same password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        entered: dict[str, object] = super().clean() or self.cleaned_data
        password = str(entered.get("password", ""))
        if password and "again" in entered and password != entered["again"]:
            self.add_error("again", "The two passwords differ.")
        if password:
            try:
                validate_password(password, Person(email=str(entered.get("email", ""))))
            except forms.ValidationError as broken:
                self.add_error("password", broken)
        return entered


class CodeInput(forms.PasswordInput):
    """Shows what is typed, but never gives a code back with the page."""

    input_type = "text"


def code_field(label: str, help_text: str) -> forms.CharField:
    """A field for a code that was handed over."""
    attributes = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=100, help_text=help_text, widget=CodeInput(attrs=attributes))


class SetupForm(NewLogin):
    """The first administrator."""

    code = code_field("Set-up code", "It was printed where the server was started.")
    field_order = ("code", "name", "email", "password", "again")


class JoinForm(NewLogin):
    """Somebody with a code: to join, or to set a forgotten password anew."""

    name = forms.CharField(
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="As others see it. Not needed when you have a login already.",
    )
    code = code_field("Code", "The administrator who invited you, or who offered you a new password, has it.")
    field_order = ("email", "code", "name", "password", "again")


class InviteForm(forms.Form):
    """Who is invited, as what."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=ROLE_CHOICES, initial=Role.VIEWER.value, help_text=ROLE_HELP)


class RoleForm(forms.Form):
    """A role by itself."""

    role = forms.ChoiceField(choices=ROLE_CHOICES)


@cache
def zone_choices() -> list[tuple[str, str]]:
    """Every IANA zone, and the browser's first."""
    names = sorted(name for name in zoneinfo.available_timezones() if not name.startswith(NOT_PLACES))
    return [("", "The browser's time zone"), *((name, name.replace("_", " ")) for name in names)]


class ProfileForm(forms.Form):
    """What people choose for themselves."""

    name = forms.CharField(max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    theme = forms.ChoiceField(
        choices=[("auto", "As the system is set"), ("light", "Light"), ("dark", "Dark")], label="Appearance"
    )
    time_zone = forms.ChoiceField(choices=zone_choices, required=False, label="Time zone")


class TokenForm(forms.Form):
    """A token of the REST API, with at most the role of its person."""

    name = forms.CharField(max_length=80, help_text="The program that will use it.")
    role = forms.ChoiceField()
    expires_on = forms.DateField(
        label="Expires after",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day on which it works. Empty: until it is revoked.",
    )

    def __init__(self, data: dict[str, str] | None = None, *, role: Role) -> None:
        super().__init__(data)
        allowed = [(value, text) for value, text in ROLE_CHOICES if role.allows(Role(value))]
        self.fields["role"] = forms.ChoiceField(choices=allowed, initial=Role.VIEWER.value)

    def expires_at(self) -> datetime | None:
        """The end of the chosen day in the person's time zone."""
        day = self.cleaned_data["expires_on"]
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None
