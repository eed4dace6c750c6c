"""Emoji that are written as words between colons, as GitHub and Jekyll's jemoji read them. Pure."""

from __future__ import annotations

import re
import unicodedata

SHORT_CODE = re.compile(r"(?<![\w:/]):([a-z][a-z0-9_+-]{1,40}|\+1|-1|100):(?![\w/])")
# Names that are not those of Unicode. Data alone.
NAMED = {
    "+1": "👍", "-1": "👎", "100": "💯", "tada": "🎉", "fire": "🔥", "rocket": "🚀", "star": "⭐", "star2": "🌟",
    "smile": "😄", "smiley": "😃", "heart": "❤️", "book": "📖", "books": "📚", "bulb": "💡", "mortar_board": "🎓",
    "trophy": "🏆", "medal_sports": "🏅", "1st_place_medal": "🥇", "email": "✉️", "envelope": "✉️", "memo": "📝",
    "pencil": "📝", "pencil2": "✏️", "computer": "💻", "link": "🔗", "warning": "⚠️", "boom": "💥", "wave": "👋",
    "clap": "👏", "muscle": "💪", "pray": "🙏", "eyes": "👀", "bell": "🔔", "pushpin": "📌", "calendar": "📆",
    "date": "📅",
    "loudspeaker": "📢", "mega": "📣", "speech_balloon": "💬", "thought_balloon": "💭", "earth_americas": "🌎",
    "earth_africa": "🌍", "earth_asia": "🌏", "airplane": "✈️", "house": "🏠", "school": "🏫", "office": "🏢",
    "telephone": "☎️", "phone": "☎️", "iphone": "📱", "mag": "🔍", "key": "🔑", "gear": "⚙️", "wrench": "🔧", "zap": "⚡",
    "x": "❌", "o": "⭕", "heavy_plus_sign": "➕", "arrow_right": "➡️", "point_right": "👉", "newspaper": "📰",
    "new": "🆕", "construction": "🚧", "dart": "🎯", "gift": "🎁", "confetti_ball": "🎊", "coffee": "☕", "cat": "🐱",
    "dog": "🐶", "octopus": "🐙", "whale": "🐳", "snake": "🐍", "cn": "🇨🇳", "us": "🇺🇸", "uk": "🇬🇧", "gb": "🇬🇧",
}  # fmt: skip


def with_signs(text: str) -> str:
    """`text` with each name between colons as its sign; what names none stays as it is written."""
    return SHORT_CODE.sub(lambda match: sign_of(match.group(1)) or match.group(), text) if ":" in text else text


def sign_of(name: str) -> str:
    """The sign of “heavy_check_mark”, or ""."""
    if name in NAMED:
        return NAMED[name]
    words = name.replace("_", " ").upper()
    for candidate in (words, f"{words} SIGN", f"{words} FACE"):
        try:
            sign = unicodedata.lookup(candidate)
        except KeyError:
            continue
        if unicodedata.category(sign) == "So":
            return sign
    return ""
