"""How tests are members: their account, what their browser posts back, pictures to upload."""

from __future__ import annotations

import io
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from labsite.models import LabProfile
from labsite.tests.factories import make_member
from people.models import Person, ProfileChange

PASSWORD = "a long enough password"


def make_account(name: str, role: str = "", **values: Any) -> Any:
    user = get_user_model().objects.create_user(name, password=PASSWORD, **values)
    if role:
        user.groups.add(AccountGroup.objects.get(name=role))
    return user


def sign_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_own(name: str = "Ada Quint", **values: Any) -> Person:
    """A member with an account, which has no permission at all: being linked is enough."""
    user = values.pop("user", None) or make_account(name.split()[0].lower())
    return make_member(name, user=user, **values)


def client_of(person: Person) -> Client:
    return sign_in(person.user)


def need_approval(value: bool = True) -> None:
    LabProfile.objects.update_or_create(pk=1, defaults={"name": "Lab", "changes_need_approval": value})


def form_of(client: Client, address: str = "/my/profile/") -> dict[str, Any]:
    """What a browser would send back unchanged."""
    context = client.get(address).context
    forms = [context["form"]]
    for name in ("links", "sections"):
        if hasattr(context.get(name), "management_form"):  # the foot of the page has links too
            forms += [context[name].management_form, *context[name].forms]
    values: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False or getattr(bound.field.widget, "input_type", "") == "file":
                continue
            values[bound.html_name] = "on" if value is True else value
    return values


def save_profile(client: Client, **values: Any) -> Any:
    """Changes these inputs of today's form and saves; an input of None is left out, as an empty box is."""
    data = {**form_of(client), **values}
    return client.post("/my/profile/", {name: value for name, value in data.items() if value is not None})


def waiting(person: Person) -> ProfileChange:
    return ProfileChange.objects.get(person=person, status="waiting")


def make_picture(size: tuple[int, int] = (60, 40), format: str = "PNG", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (120, 90, 60)).save(target, format, **options)
    return target.getvalue()


def upload(content: bytes | None = None, name: str = "me.png", type: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_picture() if content is None else content, type)


def save_photo(client: Client, content: bytes | None = None, **values: Any) -> Any:
    """Posts the photo form with a picture, described and agreed to."""
    data = {**form_of(client, "/my/photo/"), "photo_alt": "Ada smiling", "photo_consent": "on", **values}
    if content is not None:
        data["photo"] = upload(content)
    return client.post("/my/photo/", {name: value for name, value in data.items() if value is not None})


def give_photo(person: Person) -> str:
    """Stores a photo without asking anybody; gives its name."""
    person.photo.save("x.jpg", ContentFile(make_picture(format="JPEG")), save=False)
    person.photo_alt, person.photo_consent = "Ada", True
    person.save()
    return person.photo.name
