"""What a browser sends back from an admin page."""

from __future__ import annotations

from django.db.models.fields.files import FieldFile


def form_values(response) -> dict[str, str]:
    """What a browser would send back unchanged from an admin change page."""
    values: dict[str, str] = {}
    context = response.context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False or isinstance(value, FieldFile):
                continue
            values[bound.html_name] = "on" if value is True else value
    return values | hidden_values(context)


def seen(client, address: str) -> dict[str, str]:
    """What a form opened now would send back beside what is typed into it."""
    return hidden_values(client.get(address).context)


def hidden_values(context) -> dict[str, str]:
    """What the form was made from, and which form it is."""
    return {name: context[name] for name in ("seen", "form_key") if context.get(name)}


def form_values_of_history(response) -> dict[str, str]:
    form = response.context["adminform"].form
    return {
        bound.html_name: "on" if bound.value() is True else bound.value()
        for bound in form
        if bound.value() not in (None, False) and not isinstance(bound.value(), FieldFile)
    } | hidden_values(response.context)
