"""The lab's logo and picture as pages print them."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from labsite.lib.renditions import FORMATS, MIDDLE, Size, measure, measure_content, render
from labsite.models import LabProfile
from labsite.theme import DARK_GROUNDS, LIGHT_GROUNDS, contrast, make_palette
from people.photos import Source

LOGO_EDGE, PICTURE_EDGE = 480, 2400  # pixels as they are stored
PICTURE_SIZES = {"640": Size(640), "1280": Size(1280), "1920": Size(1920)}
LOGO_HEIGHT = 40  # CSS pixels beside the name of the lab


def picture_of(profile: LabProfile) -> dict[str, Any]:
    """What `labsite/_picture.html` prints of the home page's picture; empty where there is none. No query."""
    if not profile.picture:
        return {}
    if not profile.picture._committed:  # a preview of what is not stored yet
        return preview_of(profile.picture, PICTURE_SIZES["1280"]) | words_of(profile)
    size = measure(profile.picture.name)
    if size is None:
        return {}
    key = PurePosixPath(profile.picture.name).stem
    sources = [make_source(key, ending, media_type, size[0]) for ending, (_, media_type) in FORMATS.items()]
    return {"width": size[0], "height": size[1], "sources": sources[:-1], "fallback": sources[-1], **words_of(profile)}


def words_of(profile: LabProfile) -> dict[str, str]:
    return {"alt": profile.picture_alt, "caption": profile.picture_caption}


def make_source(key: str, ending: str, media_type: str, width: int) -> Source:
    """The sizes that are not larger than the picture itself, and the first that is."""
    names = list(PICTURE_SIZES)
    enough = next((place for place, name in enumerate(names) if PICTURE_SIZES[name].width >= width), len(names) - 1)
    addresses = {name: reverse("site_rendition", args=[key, name, ending]) for name in names[: enough + 1]}
    srcset = ", ".join(f"{address} {min(PICTURE_SIZES[name].width, width)}w" for name, address in addresses.items())
    return Source(media_type, srcset, next(reversed(addresses.values())))


def logo_of(profile: LabProfile) -> dict[str, Any]:
    """What `labsite/_logo.html` prints; empty where there is none. No query."""
    if not profile.logo:
        return {}
    if not profile.logo._committed:
        return preview_of(profile.logo, Size(LOGO_EDGE))
    size = measure(profile.logo.name)
    if size is None:
        return {}
    width = max(1, round(size[0] * LOGO_HEIGHT / size[1]))
    return {"width": width, "height": LOGO_HEIGHT, "fallback": Source("image/png", "", profile.logo.url)}


def preview_of(file: Any, size: Size) -> dict[str, Any]:
    """A picture that was just uploaded and is not stored, within the page itself."""
    file.seek(0)
    if file.name.endswith(".png"):
        content, media_type = file.read(), "image/png"
    else:
        content, media_type = render(file, size, "jpg", MIDDLE), "image/jpeg"
    file.seek(0)
    width, height = measure_content(content)
    if media_type == "image/png":
        width, height = max(1, round(width * LOGO_HEIGHT / height)), LOGO_HEIGHT
    address = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    return {"width": width, "height": height, "sources": [], "fallback": Source(media_type, "", address)}


def shades_of(accent: str) -> list[dict[str, Any]]:
    """What an accent becomes in each scheme, and its contrast there: the least against any ground it is read on."""
    palette = make_palette(accent)
    found = []
    for scheme, label, grounds in (("light", _("In light"), LIGHT_GROUNDS), ("dark", _("In dark"), DARK_GROUNDS)):
        colour, on_colour = palette[scheme]["accent"], palette[scheme]["on-accent"]
        read_on = (*grounds, palette[scheme]["accent-wash"])
        found.append({
            "label": label,
            "colour": colour,
            "ground": grounds[0],
            "on_colour": on_colour,
            "is_changed": colour != accent,
            "text_contrast": floor_to_tenth(min(contrast(colour, ground) for ground in read_on)),
            "button_contrast": floor_to_tenth(contrast(on_colour, colour)),
        })  # fmt: skip
    return found


def floor_to_tenth(ratio: float) -> str:
    """Never more than there is: 6.96 is not “7.0”."""
    return f"{int(ratio * 10) / 10:.1f}"
