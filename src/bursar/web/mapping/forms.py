"""Which records to show."""

from django import forms

from bursar.domain.mapping import MappingState


class RecordFilter(forms.Form):
    """A piece of the platform's name or id, and a mapping status; empty means all."""

    q = forms.CharField(
        required=False,
        max_length=200,
        label="Search",
        widget=forms.TextInput(
            {"type": "search", "class": "form-control form-control-sm", "placeholder": "Name or ID"}
        ),
    )
    status = forms.ChoiceField(
        choices=[("", "All"), *((state.value, state.value.capitalize()) for state in MappingState)],
        required=False,
        label="Mapping Status",
        widget=forms.Select({"class": "form-select form-select-sm"}),
    )

    @property
    def chosen(self) -> tuple[str, str]:
        """Search text and status; what cannot be used is no filter."""
        self.is_valid()
        return self.cleaned_data.get("q", ""), self.cleaned_data.get("status", "")
