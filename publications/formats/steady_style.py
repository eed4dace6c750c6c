"""A citation style whose answers about itself are found once.

citeproc-py walks the style's XML anew for every reference: it looks for macros, terms and ancestors by XPath, and asks
of each group whether anything below it prints a field. That was three quarters of a reference's time. None of it
depends on what is cited, so each element is given the answer instead.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from citeproc import CitationItem, CitationStylesStyle, formatter
from citeproc.model import CitationStylesElement, ConditionFailed, If, Locale
from citeproc.source import Reference

from publications.records import CSL_TYPES

FORMATTING = {"font-style", "font-variant", "font-weight", "text-decoration", "vertical-align"}
TYPES = set(CSL_TYPES.values())
OF_ALL = ("get_term", "get_plural_term", "get_single_term", "get_date", "get_locale_option")  # the same of any element


def steady(style: CitationStylesStyle) -> CitationStylesStyle:
    """The `style`, for plain text only. It prints what it printed before; its elements must stay where they are."""
    root = style.root
    own = [element for part in root if not isinstance(part, Locale) for element in elements_of(part)]
    root.held = held = [root, *own]  # lxml forgets what was set on an element that nobody holds
    macros = {each.get("name"): each for each in root.findall("cs:macro", root.nsmap)}
    shared = {name: cache(getattr(root, name)) for name in OF_ALL} | {"get_root": always(root), "get_formatter": PLAIN}
    for element in own:
        if callable(getattr(element, "calls_variable", None)):
            element.calls_variable = TRUE if element.calls_variable() else FALSE
        for name, answer in shared.items():
            setattr(element, name, answer)
        element.get_macro = macros.__getitem__
        keep_answers(element)
    keep_answers(root)
    for branch in [each for each in own if isinstance(each, If) and is_never(each)]:
        branch.getparent().remove(branch)
    for locale in root.locales:
        dates = [each for date in locale.findall("cs:date", root.nsmap) for each in elements_of(date)]
        for element in (locale, *dates):
            held.append(element)
            keep_answers(element)
    return style


def elements_of(element: CitationStylesElement) -> list[CitationStylesElement]:
    """The element and all below it."""
    return [each for each in element.iter() if isinstance(each, CitationStylesElement)]


def always(value: Any) -> Callable[[], Any]:
    return lambda: value


PLAIN, TRUE, FALSE = always(formatter.plain), always(True), always(False)


def keep_answers(element: CitationStylesElement) -> None:
    """What the `element` finds in its own surroundings is kept, and what it does not do is not tried."""
    element.xpath_search = cache(element.xpath_search)
    if FORMATTING.isdisjoint(element.attrib):
        element.format = as_text
    if isinstance(element, If) and {"match", "type", "variable"}.issuperset(element.attrib):
        element.render = render_branch(element)


def as_text(text: Any) -> Any:
    """What formats a text in no way."""
    return str(text) if isinstance(text, int | float) else text


def is_never(branch: If) -> bool:
    """Whether the branch is for types of publications that nothing here has."""
    types = set(branch.get("type", "").lower().split())
    is_alone = branch.get("match") == "any" and len(branch.attrib) == 2 or branch.get("match", "all") == "all"
    return bool(types) and is_alone and types.isdisjoint(TYPES)


def render_branch(branch: If) -> Callable[..., Any]:
    """What prints a branch where the item has one of its types and the fields it asks for, as far as `match` says."""
    types = branch.get("type", "").lower().split()
    fields = branch.get("variable", "").replace("-", "_").split()
    judge = {"any": any, "none": lambda results: not any(results)}.get(branch.get("match"), all)

    def render(item: CitationItem, **passed_on: Any) -> Any:
        reference = item.reference
        own = reference["type"]
        if not judge([*[each == own for each in types], *[each in reference for each in fields]]):
            raise ConditionFailed
        return branch.render_children(item, **passed_on)

    return render


class CitedItem(CitationItem):
    """The only item of a bibliography. Its reference is at hand; citeproc-py looks it up for each field it prints."""

    def __init__(self, reference: Reference) -> None:
        super().__init__(reference.key)
        self.__dict__["reference"] = reference

    @property
    def reference(self) -> Reference:
        return self.__dict__["reference"]
