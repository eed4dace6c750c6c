"""The links of a person in one cell."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError

from labsite.lib.english import english_choices
from labsite.lib.tables.cells import Cell, as_text, shown
from labsite.lib.tables.columns import Choice
from people.models import ProfileLink

KINDS = "|".join(re.escape(text) for pair in english_choices(ProfileLink.Kind) for text in pair)
LINK = re.compile(
    r"(?P<kind>[^;\[\]:]+?)?:?\s*"
    # A label may hold brackets and semicolons: it ends where an address, another link or nothing follows.
    rf"(?:\[(?P<label>.*?)\](?=\s*(?:https?://|;?\s*\Z|;\s*(?:(?:{KINDS})\b|https?://))))?"
    r"\s*(?P<url>https?://\S*?)?\s*(?:;(?=\s|\Z)|\Z)\s*",
    re.IGNORECASE,
)
Link = tuple[str, str, str]


class Links(Choice):
    """Links in their order: `GitHub https://…; Website [My page] https://…`; the label in brackets may be left out."""

    def __init__(self) -> None:
        super().__init__(ProfileLink.Kind)

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> tuple[Link, ...]:
        text, links, position = as_text(value), [], 0
        while position < len(text):
            match = LINK.match(text, position)
            if match is None or not (match["kind"] or match["url"]):
                raise ValidationError(
                    f"“{shown(text[position:])}” is not a link: write “GitHub https://…”, several with “; ” between."
                )
            kind = super().clean(match["kind"] or ProfileLink.Kind.WEBSITE)
            links.append((kind, (match["label"] or "").strip(), match["url"] or ""))
            position = match.end()
        return tuple(links)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        return "; ".join(
            " ".join(filter(None, [super(Links, self).render(kind), f"[{label}]" if label else "", url]))
            for kind, label, url in value or ()
        )
