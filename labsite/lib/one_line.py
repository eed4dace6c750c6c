"""Inputs of one line, as names and titles have: what cannot be seen, and turns the text around it, does not get in."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models

from labsite.lib.text import MARKS_OF_DIRECTION


class OneLineInput(AdminTextInputWidget):
    """Drops marks of direction (Unicode Standard Annex 9, explicit formatting characters) from what is sent."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return MARKS_OF_DIRECTION.sub("", value) if isinstance(value, str) else value


# For the `formfield_overrides` of an admin and of the rows inside one.
ONE_LINE_INPUTS = {models.CharField: {"widget": OneLineInput}}
