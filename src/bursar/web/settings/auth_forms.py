"""The form for a connection's credentials. A private key goes in and never comes out again (rule 7)."""

from collections.abc import Mapping

from django import forms

from bursar.domain.site_address import REGIONS
from bursar.store.models import Connection
from bursar.usecases.connection_types import CONNECTION_TYPES
from bursar.usecases.credentials import LONGEST, MASK, NewConnection

OWN_ADDRESS = "Own server (enter its address)"
EXAMPLE = "https://staging.connectwisedev.com"


def region_of(url: str) -> str:
    """The region whose address this is; empty for an own server."""
    return next((region for region, address in REGIONS.items() if address == url), "")


def _text(label: str, help_text: str, **attributes: str) -> forms.CharField:
    shown = {"class": "form-control", "autocomplete": "off", "spellcheck": "false"} | attributes
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.TextInput(attrs=shown),
        error_messages={"required": f"Enter the {label}."},
    )


class CredentialsForm(forms.Form):
    """Where a ConnectWise is and who Bursar is to it. What cannot be used is told by the use case."""

    kind = forms.ChoiceField(
        label="Type",
        required=False,
        choices=[(each.kind, each.title) for each in CONNECTION_TYPES],
        error_messages={"invalid_choice": "There is no such type."},
    )
    name = _text("Name", "How this connection is called in Bursar.")
    region = forms.ChoiceField(
        label="Region",
        required=False,
        choices=[("", OWN_ADDRESS), *((region, region) for region in REGIONS)],
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="Choosing a region of the ConnectWise cloud fills in its address.",
    )
    url = forms.CharField(
        label="API URL",
        max_length=200,
        error_messages={"required": "Enter the API URL."},
        widget=forms.TextInput(
            attrs={"class": "form-control", "placeholder": EXAMPLE, "inputmode": "url", "spellcheck": "false"}
        ),
        help_text=f"The URL of your ConnectWise site. Example: {EXAMPLE}.",
    )
    company = _text("ConnectWise Company ID", "Your ConnectWise company identifier, as you type it when you log in.")
    public_key = _text("API Public Key", "Generated under System > Members, on the member's API Keys tab.")
    private_key = forms.CharField(
        label="API Private Key",
        max_length=200,
        error_messages={"required": "Enter the API Private Key."},
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
        help_text="Generated alongside the public key. It is stored encrypted and cannot be shown again.",
    )
    client_id = _text("Client ID", "The GUID of your integration, from the ConnectWise developer site.")
    reset = forms.BooleanField(required=False)

    def __init__(
        self, data: Mapping[str, object] | None = None, *, stored: Connection | None = None, name: str = ""
    ) -> None:
        self.stored = stored
        super().__init__(_with_address(data), initial=_initial(stored, name), label_suffix="")
        has_key = bool(stored and stored.sealed_private_key)
        self.fields["private_key"].required = not has_key
        if has_key and self._key_is_untouched():
            self.fields["private_key"].widget.attrs["value"] = MASK

    def entered(self) -> NewConnection:
        """What was entered, for the use case."""
        values = {name: str(self.cleaned_data[name]) for name in ("name", "url", "company", "client_id")}
        keys = {name: str(self.cleaned_data[name]) for name in ("public_key", "private_key")}
        kind = str(self.cleaned_data["kind"]) or CONNECTION_TYPES[0].kind
        return NewConnection(**values, **keys, kind=kind)

    def faults(self) -> list[str]:
        """Every fault as a sentence that names its field."""
        return [
            str(error)
            if name == "__all__" or str(error).startswith("Enter the ")
            else f"{self.fields[name].label}: {error}"
            for name, errors in self.errors.items()
            for error in errors
        ]

    def _key_is_untouched(self) -> bool:
        return not self.is_bound or str(self.data.get("private_key", "")).strip() in {"", MASK}


def _with_address(data: Mapping[str, object] | None) -> dict[str, object] | None:
    """What was sent; a region without an address stands for its address."""
    if data is None:
        return None
    sent = {name: data[name] for name in data}
    region = str(sent.get("region", ""))
    return sent if sent.get("url") or region not in REGIONS else sent | {"url": REGIONS[region]}


def _initial(stored: Connection | None, name: str) -> dict[str, str]:
    if stored is None:
        return {"name": name}
    return {
        "name": stored.name,
        "region": region_of(stored.url),
        "url": stored.url,
        "company": stored.company,
        "public_key": stored.public_key,
        "client_id": stored.client_id,
    }
