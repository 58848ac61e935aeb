"""Which runs to show."""

from django import forms

from bursar.store.models import Run
from bursar.usecases.runs import DAILY_SYNC, LOAD_LINES, POST_LINES, SYNC_ORGANIZATIONS

VERBS = (POST_LINES, LOAD_LINES, SYNC_ORGANIZATIONS, DAILY_SYNC)


class RunFilter(forms.Form):
    """State and verb; empty means all."""

    state = forms.ChoiceField(
        choices=[("", "All states"), *((state.value, state.value.capitalize()) for state in Run.State)],
        required=False,
        label="State",
        widget=forms.Select({"class": "form-select form-select-sm"}),
    )
    verb = forms.ChoiceField(
        choices=[("", "All kinds"), *((verb, verb.capitalize()) for verb in VERBS)],
        required=False,
        label="Kind",
        widget=forms.Select({"class": "form-select form-select-sm"}),
    )

    @property
    def chosen(self) -> dict[str, str]:
        """What is asked for; a state or verb that does not exist is no filter."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
