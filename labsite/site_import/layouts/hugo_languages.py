"""The languages of a Hugo site: which folder and which files are of the one that is brought in. Pure.

After https://gohugo.io/content-management/multilingual/ (translation by file name, translation by content directory).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labsite.site_import.fields import Fields
from labsite.site_import.folder import SiteFolder
from labsite.site_import.leftovers import leave_folder
from labsite.site_import.records import Place
from labsite.site_import.texts import TEXTS

CODE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*\Z", re.IGNORECASE)
OWN_FILE = re.compile(r"config/_default/(?:languages|menus?|params)\.([\w-]+)\.\w+\Z")
OTHER_LANGUAGE = "another language of the site: its texts can be added as translations"
CONTENT = "content"


@dataclass(frozen=True)
class Languages:
    """`own` is the language that is brought in, `top` the folder of its texts.

    `others` are the remaining ones, `folders` those of their texts where they have folders of their own.
    """

    own: str
    top: str
    others: frozenset[str]
    folders: tuple[str, ...]

    def is_other(self, path: str) -> bool:
        """Whether a file is of another language, by its folder or else by its name: `index.zh.md`."""
        tops = [each for each in (*self.folders, self.top) if path.startswith(f"{each}/")]
        if not tops:
            return False
        parts = path.rpartition("/")[2].lower().split(".")
        return max(tops, key=len) != self.top or (len(parts) > 2 and parts[-2] in self.others)


def read_languages(folder: SiteFolder, configs: list[Fields]) -> Languages:
    """The languages that the settings name; where they name no folder, folders are known by their names."""
    found: dict[str, str] = {}
    own = content = ""
    for config in configs:
        is_list = re.search(r"/languages\.\w+\Z", config.path)
        for name, language in (config if is_list else config.fields(named(config, "languages"))).entries():
            if CODE.match(name):
                found[name.lower()] = path_of(language.peek(named(language, "contentdir")))
        own = own or config.peek(named(config, "defaultcontentlanguage")).lower()
        content = content or path_of(config.peek(named(config, "contentdir")))
    own = own or ("en" if "en" in found or not found else next(iter(found)))
    files = [match.group(1).lower() for path in folder.paths if (match := OWN_FILE.match(path))]
    found = {**dict.fromkeys(files, ""), **found}
    others = {code: top for code, top in found.items() if code != own}
    top = next((each for each in (found.get(own, ""), content) if folder.under(each, *TEXTS) and each), "")
    top = top or content_of(folder, own)
    folders = tuple(each for each in others.values() if each and each != top)
    return Languages(own, top, frozenset(others), folders)


def named(fields: Fields, name: str) -> str:
    """The key of a setting as the file writes it: Hugo tells no capitals apart."""
    return next((key for key in fields.nodes if key.lower() == name), name)


def path_of(text: str) -> str:
    return text.removeprefix("./").strip("/")


def language_folders(folder: SiteFolder) -> list[str]:
    """Folders of `content/` that bear the code of a language as their name, in order."""
    names = sorted({path.split("/")[1] for path in folder.under(CONTENT, *TEXTS)})
    return [f"{CONTENT}/{name}" for name in names if re.fullmatch(r"[a-z]{2}(?:-[a-z]{2,4})?", name)]


def content_of(folder: SiteFolder, own: str) -> str:
    """The folder of the texts where no setting names it: that of the language `own`, of English, or of the first."""
    tops = language_folders(folder)
    for top in (f"{CONTENT}/{own}", f"{CONTENT}/en", f"{CONTENT}/en-us"):
        if top in tops:
            return top
    is_split = not [path for path in folder.under(CONTENT, *TEXTS) if "/".join(path.split("/")[:2]) not in tops]
    return tops[0] if tops and is_split else CONTENT


def leave_languages(folder: SiteFolder, languages: Languages) -> None:
    """Sets aside what is of another language: a line for each of its folders, and for each file known by its name."""
    aside = [path for path in folder.paths if languages.is_other(path)]
    folder.set_aside(aside)
    for top in sorted(languages.folders, key=len, reverse=True):
        leave_folder(folder.account, top, OTHER_LANGUAGE, apart=languages.top)
    for path in aside:
        if path not in folder.account.taken:
            folder.account.leave(Place(path), "", OTHER_LANGUAGE)
