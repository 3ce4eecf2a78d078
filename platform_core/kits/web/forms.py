"""``{{ form }}`` in our fields: label, hint, control, error; the error is linked to its control, a summary stands on top."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Input

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, ""),
    (forms.RadioSelect, ""),
    (forms.CheckboxSelectMultiple, ""),
    (forms.Select, "select"),
    (forms.Textarea, "input"),
    (Input, "input"),
)


class Field(BoundField):
    """Gives each control its class, and names the hint and the error in the order in which they stand."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """This will add our class to the attributes of the control."""
        built = super().build_widget_attrs(attrs, widget)
        control = widget or self.field.widget
        own = next((name for kind, name in CLASSES if isinstance(control, kind)), "")
        given = control.attrs.get("class", "")
        if classes := " ".join(filter(None, (own, given))):
            built["class"] = classes
        return built

    @property
    def kind(self) -> str:
        """This will name how the field is laid out: tick, switch, choices, password, file or text."""
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return "tick"
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "choices"
        return "password" if isinstance(widget, forms.PasswordInput) else "text"


class Renderer(TemplatesSetting):
    """Named by the setting FORM_RENDERER; ``django.forms`` must be installed for the widgets' own templates."""

    form_template_name = "components/form/form.html"
    field_template_name = "components/form/field.html"
    bound_field_class = Field
