"""The README of an archive, for somebody who finds it in ten years and has never heard of Labsite."""

from __future__ import annotations

from labsite.site_archive.kinds import KIND_NAMED
from labsite.site_archive.manifest import FORMAT, MANIFEST, VERSION, Manifest

COMPLETE = """\
**This archive holds private data.** Drafts that were never published, e-mail addresses, phone numbers and offices that
members did not show, former names, grades, photos without consent and notes of editors are in it, exactly as the lab
recorded them. Keep it as you would keep a personnel file. What each field's `…_visibility`, `is_public`, `is_published`
or `photo_consent` says must be respected by whoever prints it."""
PUBLIC = """\
This archive holds what every visitor of the site could see, and nothing else: no drafts, no private contact data, no
former names, no grades that are not public, no notes of editors, no photos without consent."""
TEXT = """\
# An archive of a lab's record

A research lab kept its members, publications, awards, talks, news and projects with a program named Labsite. This
folder is all of that, as plain files that need no program: JSON in UTF-8, pictures and PDF files. Its format is called
`{format}`, version {version}.

{privacy}

## What is here

| file | rows | what |
|---|---|---|
{table}

- `schema/` describes every member of every row, in words and as JSON Schema (draft 2020-12).
- `media/` has the pictures and documents, by the names that rows give them: `"photo": "photos/….jpg"` is
  `media/photos/….jpg`.
- `{manifest}` lists every file with its size and SHA-256, and how many rows each has.

## How to read it

- A file of `data/` is a list of rows in the order in which they were entered. What belongs to one row alone stands
  within it: the authors of a publication, the degrees of a person.
- Where a row names another, it gives that row's `slug`, `name` or `key`: `"venue": "neurips"` is the row of
  `data/venues.json` whose `slug` is `neurips`. No number of any database is in here.
- Dates are EDTF level 0: `2024` is some day of 2024, `2024-05` some day of May. A period without `end` goes on, unless
  `end_is_unknown` says that it is over.
- Longer texts are Markdown (CommonMark). Amounts are texts, so that nothing rounds them.
- The name that a publication prints (`printed_name`) is what is printed. `person` says who that is, and `link_status`
  whether it is certain.

## How to bring it back

With a site of Labsite that has no records yet: `python manage.py import_site FOLDER --dry-run`, then without
`--dry-run`. It checks every file against `{manifest}` and every row against the rules, and takes all of it or nothing.
To change something by hand, change it there and export again: a file whose sum does not fit is refused.

This is no backup: accounts, passwords, the history of edits and the settings of the machine are not in it.
"""


def manual(manifest: Manifest) -> bytes:
    rows = [
        f"| `data/{name}.json` | {number} | {str(KIND_NAMED[name].model.__doc__).splitlines()[0]} |"
        for name, number in sorted(manifest.records.items())
    ]
    text = TEXT.format(
        format=FORMAT, version=VERSION, manifest=MANIFEST, table="\n".join(rows),
        privacy=PUBLIC if manifest.is_public else COMPLETE,
    )  # fmt: skip
    return text.encode()
