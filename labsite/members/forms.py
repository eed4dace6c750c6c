"""The forms of the members' own corner. What they do not name, nobody changes through them."""

from __future__ import annotations

import copy
import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.cv.styles import SECTIONS as CV_SECTIONS
from labsite.lib.images import ACCEPTED_TYPES
from labsite.lib.models import Visibility, WebAddressField
from labsite.lib.text import UNSAFE_CHARACTERS, clean_text
from labsite.members.record import LINKS, PHOTO_FIELDS, PROFILE_FIELDS, SECTIONS, Values, check_columns, tidy
from labsite.members.wording import LABELS
from people.models import Person, ProfileLink, ProfileSection
from people.photos import FocusInput, reencode_photo

LONGEST_TEXT = 50_000  # letters of a biography or a section; ten times the longest that anybody reads
LONGEST_MESSAGE = 5_000
MOST_LINKS, MOST_SECTIONS, EMPTY_ROWS = 30, 20, 3
BOXES = ("email", "file", "text", "url")
ONE_LINE = ("headline", "pronouns", "pronunciation", "native_name", "status_text", "phone")
LANGUAGES = [
    ("", gettext_lazy("Not stated")), ("ar", "العربية"), ("bn", "বাংলা"), ("bg", "Български"),
    ("zh-Hans", "中文（简体）"), ("zh-Hant", "中文（繁體）"), ("el", "Ελληνικά"), ("he", "עברית"), ("hi", "हिन्दी"),
    ("ja", "日本語"), ("ko", "한국어"), ("fa", "فارسی"), ("ru", "Русский"), ("th", "ไทย"), ("uk", "Українська"),
    ("ur", "اردو"), ("vi", "Tiếng Việt"),
]  # fmt: skip
VISIBILITIES = {
    Visibility.PRIVATE: gettext_lazy("Only editors and I"),
    Visibility.MEMBERS: gettext_lazy("Everyone who is signed in here"),
    Visibility.PUBLIC: gettext_lazy("Everyone on the web"),
}
HELP = {
    "headline": gettext_lazy("What you work on; printed on your card, e.g. Learning with little data."),
    "bio": gettext_lazy("A few paragraphs. **bold**, *italic*, [words](https://…) and lists with - are understood."),
    "pronouns": gettext_lazy("Shown only if given, e.g. she/her."),
    "pronunciation": gettext_lazy("E.g. ee-HWAH jahng."),
    "native_name": gettext_lazy("Printed behind your name, e.g. 张三."),
    "native_language": gettext_lazy("Screen readers need it to say the name."),
    "orcid": gettext_lazy("Its address may be pasted."),
    "status_text": gettext_lazy("On top of your page, e.g. On the job market for autumn."),
    "office": gettext_lazy("One line each."),
    "phone": gettext_lazy("Never shown to the public."),
    "cv_style": gettext_lazy("What visitors get who do not choose another."),
}
WIDGETS: dict[str, forms.Widget] = {
    "bio": forms.Textarea(attrs={"rows": 10, "maxlength": LONGEST_TEXT}),
    "office": forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address", "maxlength": 1000}),
    "email": forms.EmailInput(attrs={"autocomplete": "email"}),
    "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    "orcid": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    "pronouns": forms.TextInput(attrs={"autocomplete": "off"}),
}


def style(form: forms.BaseForm) -> None:
    """Gives every input the look of its kind."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.Textarea | forms.Select) or getattr(widget, "input_type", "") in BOXES:
            widget.attrs["class"] = "field"


class CleanTextMixin:
    """Texts of one line lose what cannot be seen; texts of several are measured."""

    one_line: tuple[str, ...] = ()
    long_texts: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in self.one_line:
            if cleaned.get(name):
                cleaned[name] = clean_text(cleaned[name])
        for name in self.long_texts:
            text = tidy(UNSAFE_CHARACTERS.sub("", cleaned.get(name) or ""))
            if len(text) > LONGEST_TEXT:
                message = _("This has %(length)s letters: %(most)s are the most.")
                self.add_error(name, message % {"length": f"{len(text):,}", "most": f"{LONGEST_TEXT:,}"})
            elif name in cleaned:
                cleaned[name] = text
        return cleaned


class ProfileForm(CleanTextMixin, forms.Form):
    """The member's own fields, each checked by the model's own rules. Any other field of a person is out of reach."""

    one_line = ONE_LINE
    long_texts = ("bio", "office")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, person: Person, data: Any = None, *, initial: Values | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="", auto_id="id_%s")
        self.person = person
        made = forms.fields_for_model(Person, fields=PROFILE_FIELDS, widgets=copy.deepcopy(WIDGETS))
        made["native_language"] = forms.ChoiceField(choices=self._languages(), required=False)
        made["cv_hidden"] = forms.MultipleChoiceField(
            choices=list(CV_SECTIONS.items()), required=False, widget=forms.CheckboxSelectMultiple
        )
        for name, field in made.items():
            field.label, field.help_text = LABELS[name], HELP.get(name, "")
            if name.endswith("_visibility"):
                field.choices = [(value, VISIBILITIES[value]) for value, _label in field.choices if value]
        self.fields.update(made)
        style(self)

    def _languages(self) -> list[tuple[str, Any]]:
        """Whatever an editor entered stays a choice."""
        known = dict(LANGUAGES)
        own = self.person.native_language
        return LANGUAGES if own in known else [*LANGUAGES, (own, own)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        probe = copy.copy(self.person)
        names = [name for name in PROFILE_FIELDS if name in cleaned]
        for name in names:
            setattr(probe, name, cleaned[name])
        try:
            check_columns(probe, names)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                self.add_error(name, messages)
        return cleaned

    @property
    def values(self) -> Values:
        """What was posted, of the fields that are right."""
        return {name: self.cleaned_data[name] for name in PROFILE_FIELDS if name in self.cleaned_data}


def read_seen(text: str) -> dict[str, str]:
    """The digests a form was made with; none from what is not ours."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


class LinkForm(CleanTextMixin, forms.Form):
    """One link in a row; an empty row is none."""

    one_line = ("label",)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ProfileLink.Kind.choices, initial="website")
    url = WebAddressField().formfield(label=gettext_lazy("Address"), required=False)
    label = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        self.fields["url"].widget.attrs |= {"placeholder": "https://", "autocomplete": "off"}
        style(self)

    @property
    def is_empty(self) -> bool:
        return not (self.cleaned_data.get("url") or self.cleaned_data.get("label"))

    @property
    def values(self) -> Values:
        return {name: self.cleaned_data.get(name) or "" for name in ("kind", "url", "label")}


class SectionForm(CleanTextMixin, forms.Form):
    """One section of the page; an empty one is none."""

    one_line = ("heading",)
    long_texts = ("body",)
    heading = forms.CharField(label=gettext_lazy("Heading"), required=False, max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=ProfileSection.Kind.choices, initial="other")
    body = forms.CharField(
        label=gettext_lazy("Text"), required=False, widget=forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST_TEXT})
    )
    is_published = forms.BooleanField(label=gettext_lazy("Show it on my page"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        style(self)

    @property
    def is_empty(self) -> bool:
        return not (self.cleaned_data.get("heading") or self.cleaned_data.get("body"))

    @property
    def values(self) -> Values:
        found = {name: self.cleaned_data.get(name) or "" for name in ("kind", "heading", "body")}
        return {**found, "is_published": bool(self.cleaned_data.get("is_published"))}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "heading" in cleaned and "body" in cleaned and bool(cleaned["heading"]) != bool(cleaned["body"]):
            missing = "heading" if cleaned["body"] else "body"
            message = _("Give the section a heading.") if cleaned["body"] else _("Write the section's text.")
            self.add_error(missing, message)
        return cleaned


class RowSet(forms.BaseFormSet):
    """Rows of links or sections. Those ticked to go and those left empty are not among its values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "id_%s"})

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove this")

    @property
    def values(self) -> list[Values]:
        return [form.values for form in self.forms if form.is_valid() and not self._goes(form) and not form.is_empty]

    def _goes(self, form: forms.Form) -> bool:
        return bool(form.cleaned_data.get("DELETE"))


def row_set(form: type[forms.Form], most: int) -> type[forms.BaseFormSet]:
    return forms.formset_factory(
        form, formset=RowSet, extra=EMPTY_ROWS, can_delete=True, max_num=most, absolute_max=most + EMPTY_ROWS,
        validate_max=True,
    )  # fmt: skip


LinkRows = row_set(LinkForm, MOST_LINKS)
SectionRows = row_set(SectionForm, MOST_SECTIONS)
ROW_SETS = {LINKS: LinkRows, SECTIONS: SectionRows}


class PhotoForm(CleanTextMixin, forms.Form):
    """A portrait with what belongs to it. `has_photo`: there is one already, so none need be uploaded."""

    one_line = ("photo_alt",)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    photo = forms.FileField(
        label=gettext_lazy("Picture"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPTED_TYPES}),
        help_text=gettext_lazy("JPEG, PNG, WebP or AVIF, up to 20 MiB. Where and when it was taken is removed."),
    )  # fmt: skip
    photo_alt = forms.CharField(
        label=LABELS["photo_alt"], max_length=200, required=False,
        help_text=gettext_lazy("One sentence for people who cannot see it, e.g. Ada Quint smiling in front of a tree."),
    )  # fmt: skip
    photo_focus_x = forms.IntegerField(label=LABELS["photo_focus_x"], min_value=0, max_value=100, widget=FocusInput)
    photo_focus_y = forms.IntegerField(label=LABELS["photo_focus_y"], min_value=0, max_value=100, widget=FocusInput)
    photo_consent = forms.BooleanField(
        label=LABELS["photo_consent"], required=False,
        help_text=gettext_lazy(
            "Without this your initials are shown instead. Take it back at any time: the photo is then deleted here."
        ),
    )  # fmt: skip

    def __init__(self, has_photo: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        self.has_photo = has_photo
        style(self)

    def clean_photo(self) -> Any:
        upload = self.cleaned_data.get("photo")
        if upload:
            return reencode_photo(upload)
        if not self.has_photo:
            raise ValidationError(_("Choose a picture."))
        return None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "photo_alt" in cleaned and not cleaned["photo_alt"]:
            self.add_error("photo_alt", _("Describe the photo for people who cannot see it."))
        return cleaned

    @property
    def values(self) -> Values:
        return {name: self.cleaned_data[name] for name in PHOTO_FIELDS}


class RemovalForm(forms.Form):
    """What should go, in the member's words."""

    message = forms.CharField(
        label=gettext_lazy("What should go?"), max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 6, "class": "field"}),
        help_text=gettext_lazy("All of it, or a part of it. You need not say why."),
        error_messages={"required": gettext_lazy("Say in a few words what should go.")},
    )  # fmt: skip

    def clean_message(self) -> str:
        text = tidy(UNSAFE_CHARACTERS.sub("", self.cleaned_data["message"]))
        if not text:
            raise ValidationError(_("Say in a few words what should go."))
        return text
