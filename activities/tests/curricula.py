"""Curricula vitae for tests: the document of a person, as visitors or others may see it."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from activities.cv.document import Document, texts_of
from activities.cv.fitting import fit_document
from activities.cv.styles import make_document
from activities.profile import Profile, load_profile
from people.models import Person

ROOT = "https://lab.example.org"
TODAY = datetime.date(2025, 11, 21)


def profile_of(slug: str, viewer: Any = None) -> Profile:
    person = Person.objects.with_memberships().prefetch_related("links").get(slug=slug)
    return load_profile(person, viewer or AnonymousUser(), TODAY)


def document_of(slug: str, style: str = "full", hidden: tuple[str, ...] = ()) -> Document:
    profile = profile_of(slug)
    document = make_document(profile, style, root=ROOT, hidden=hidden)
    return fit_document(document, profile, ROOT) if style == "short" else document


def text_of_document(document: Document) -> str:
    """All its text in lines, as a reader meets it."""
    return "\n".join(text for text in texts_of(document) if text)


def text_of_pdf(pdf: bytes, folder: Path, *options: str) -> str:
    """The text that a reader selects, without line breaks; skips the test where pdftotext is not installed."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    path = folder / "cv.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", *options, path, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()  # noqa: S603 - our own command


def squeezed(text: str) -> str:
    """Without blanks and hyphens, which lines end with or lose: for finding a text that runs over two of them."""
    return "".join(text.split()).replace("-", "").replace("\u00ad", "")
