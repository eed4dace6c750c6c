"""The forms of the table pages: which format, which file, and the confirmation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from labsite.lib.tables.files import FORMATS, MAX_BYTES
from labsite.lib.tables.waiting import KEEP_SECONDS

SALT = "labsite.tables"


class ExportForm(forms.Form):
    """The format, and whether private columns go into the file; `chosen` holds the keys of chosen rows."""

    format = forms.ChoiceField(
        label="File",
        choices=[(each.extension, each.title) for each in FORMATS],
        initial=FORMATS[0].extension,
        widget=forms.RadioSelect,
        help_text="Excel keeps dates such as 2024-05 as they are; CSV is for other programs.",
    )
    private = forms.BooleanField(
        label="With e-mail addresses and phone numbers",
        required=False,
        help_text="Leave this unticked if the file goes to somebody who may not see them.",
    )
    chosen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, has_private: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_private:
            del self.fields["private"]

    def clean_chosen(self) -> list[int]:
        parts = [part for part in self.cleaned_data["chosen"].split(",") if part]
        if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            raise forms.ValidationError("The chosen rows got lost: go back to the list and choose them again.")
        return [int(part) for part in parts]


class ImportForm(forms.Form):
    """The file and how it is to be read."""

    file = forms.FileField(
        label="Table",
        help_text="An Excel workbook (.xlsx) or CSV, at most 10 MiB and 20,000 rows. Nothing is saved yet.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.tsv,.txt"}),
    )
    empties = forms.BooleanField(
        label="Empty cells empty what is there",
        required=False,
        help_text="Otherwise an empty cell leaves what is there.",
    )
    makes_organizations = forms.BooleanField(
        label="Add organizations that are not known yet",
        required=False,
        help_text="Otherwise rows that name them are refused.",
    )

    def __init__(self, *args: Any, names_organizations: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not names_organizations:
            del self.fields["makes_organizations"]

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB: split it into several."
            )
        return file


class ConfirmForm(forms.Form):
    """What the preview was about, signed; it holds for a day, for one account and one table."""

    token = forms.CharField(widget=forms.HiddenInput)
    without_refused = forms.BooleanField(label="Import the other rows without the refused ones", required=False)

    def __init__(self, *args: Any, subject: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject

    def clean_token(self) -> dict[str, Any]:
        try:
            upload = signing.loads(self.cleaned_data["token"], salt=SALT, max_age=KEEP_SECONDS)
        except signing.BadSignature as error:
            raise forms.ValidationError("This preview is older than a day: upload the file again.") from error
        if upload["subject"] != self.subject:
            raise forms.ValidationError("This preview was made by another account or for another table.")
        return upload


def sign(upload: dict[str, Any]) -> str:
    return signing.dumps(upload, salt=SALT, compress=True)
