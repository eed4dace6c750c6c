"""What an editor sees of a member's request, and what agreeing and refusing do."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from labsite.members.changes import hold
from labsite.members.papers import disowned_keys, write_disowned
from labsite.members.record import LINKS, PAPERS, PHOTO, digest_of, todays_values, write_values
from labsite.members.wording import in_words, label_of
from people.models import Person, ProfileChange, RemovalRequest
from publications.models import Authorship

MOST_WORDS, MOST_LINES = 400, 200  # of both texts together, since comparing takes the third power of them at worst
LISTS = (LINKS, PAPERS)
WORD = re.compile(r"\S+\s*|\s+")  # with the blanks behind it: blanks of their own would all be alike
Status = ProfileChange.Status


class AnsweredMeanwhile(ValueError):
    """Somebody else answered, the member changed their mind, or the record changed. Its text is for the editor."""


@dataclass(frozen=True)
class Stretch:
    """A piece of a comparison: "same", "gone" or "new"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One field of a request: what it said when the member wrote, what it says today, what they want it to say."""

    name: str
    label: str
    before: str
    today: str
    wanted: str
    is_conflict: bool
    stretches: tuple[Stretch, ...]

    @property
    def is_photo(self) -> bool:
        return self.name == PHOTO


def differences(change: ProfileChange) -> list[Difference]:
    """Each field of a request beside today's record. Three queries, and one where papers are among it."""
    today = todays_values(change.person)
    return [make_difference(name, each, today[name]) for name, each in change.values.items() if name in today]


def make_difference(name: str, each: dict[str, Any], today: Any) -> Difference:
    before, now, wanted = (in_words(name, value) for value in (each["from"], today, each["to"]))
    is_conflict = today not in (each["from"], each["to"])
    stretches = tuple(compare_texts(now, wanted, by_line=name in LISTS))
    return Difference(name, str(label_of(name)), before, now, wanted, is_conflict, stretches)


def compare_texts(before: str, after: str, *, by_line: bool = False) -> list[Stretch]:
    """What goes and what comes, word by word; line by line where that is asked for or more words differ.

    Texts of which too many lines differ are not compared: all between their common beginning and end goes and comes.
    """
    if not by_line:
        found = compare_pieces(WORD.findall(before), WORD.findall(after), MOST_WORDS)
        if found is not None:
            return found
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = compare_pieces(old, new, MOST_LINES)
    return found if found is not None else replace_pieces(old, new)


def compare_pieces(old: list[str], new: list[str], most: int) -> list[Stretch] | None:
    """None where more than `most` pieces are left between the common beginning and the common end."""
    start, end = common_ends(old, new)
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if len(middle_old) + len(middle_new) > most:
        return None
    middle = match_pieces(middle_old, middle_new)
    return [*stretch("same", old[:start]), *middle, *stretch("same", old[len(old) - end :])]


def replace_pieces(old: list[str], new: list[str]) -> list[Stretch]:
    start, end = common_ends(old, new)
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    found = (("same", old[:start]), ("gone", gone), ("new", come), ("same", old[len(old) - end :]))
    return [each for kind, pieces in found for each in stretch(kind, pieces)]


def common_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many pieces are the same at the beginning, and how many of the others at the end."""
    start = count_same(old, new)
    return start, count_same(reversed(old[start:]), reversed(new[start:]))


def count_same(old: Iterable[str], new: Iterable[str]) -> int:
    return sum(1 for _pair in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def stretch(kind: str, pieces: list[str]) -> list[Stretch]:
    return [Stretch(kind, "".join(pieces))] if pieces else []


def match_pieces(old: list[str], new: list[str]) -> Iterator[Stretch]:
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from stretch("same", old[a:b])
        else:
            yield from (*stretch("gone", old[a:b]), *stretch("new", new[c:d]))


def fingerprint(change: ProfileChange) -> str:
    """Differs where the request or its part of the record does: what an editor saw is what they agree to."""
    today = todays_values(change.person)
    return digest_of([change.values, change.photo.name, {name: today.get(name) for name in change.values}])


def hold_waiting(model: type, key: int) -> Any:
    """A request that waits, and the person it is about, both held. Raises `AnsweredMeanwhile`."""
    found = model.objects.select_related("person").get(pk=key)
    person = hold(found.person)
    request = model.objects.get(pk=key)
    request.person = person
    if not request.is_waiting:
        raise AnsweredMeanwhile(_("This was answered or withdrawn meanwhile: nothing was changed."))
    return request


def hold_seen(key: int, seen: str) -> ProfileChange:
    """A request that waits and still is what the editor saw. Raises `AnsweredMeanwhile`."""
    change = hold_waiting(ProfileChange, key)
    if fingerprint(change) != seen:
        raise AnsweredMeanwhile(_("The request or the record changed while you looked: look at it again."))
    return change


def finish(request: Any, account: AbstractBaseUser, status: str, answer: str) -> None:
    request.status, request.answer = status, answer
    request.answered_at, request.answered_by = timezone.now(), account
    request.save()


def agree(key: int, account: AbstractBaseUser, seen: str, answer: str = "", kept: Iterable[str] = ()) -> ProfileChange:
    """Writes a request's fields onto today's record, but for those in `kept`, which stay as they are. One transaction.

    Only the fields that the member changed are written. Raises `AnsweredMeanwhile` where the editor saw something
    else, and `ValidationError` by field where the model does not take a value any more.
    """
    with transaction.atomic():
        change = hold_seen(key, seen)
        today, left = todays_values(change.person), set(kept)
        wanted = {name: each["to"] for name, each in change.values.items() if name in today and name not in left}
        photo = change.photo.name if PHOTO in wanted and wanted[PHOTO] else ""
        disowned = disowned_keys(change.values) if PAPERS in wanted else []
        columns = {name: value for name, value in wanted.items() if name != PAPERS}
        if columns:
            write_values(change.person, columns, photo=photo, reason=f"Request {change.pk} of the member, agreed to")
        disown_papers(change.person, disowned)
        change.photo = ""  # the file is the record's now, or nobody's
        finish(change, account, Status.AGREED, answer)
        return change


def disown_papers(person: Person, keys: list[int]) -> None:
    """Rejects those of the links that still stand."""
    rows = Authorship.objects.select_for_update(of=("self",)).select_related("publication")
    for row in rows.filter(pk__in=keys, person=person, link_status=Authorship.LinkStatus.CONFIRMED):
        write_disowned(row, person)


def refuse_change(key: int, account: AbstractBaseUser, seen: str, answer: str) -> ProfileChange:
    """Leaves the record alone and tells the member why. The file that came with the request goes.

    Raises `AnsweredMeanwhile` where the editor saw something else.
    """
    with transaction.atomic():
        change = hold_seen(key, seen)
        change.photo = ""
        finish(change, account, Status.REFUSED, answer)
        return change


def answer_removal(
    key: int, account: AbstractBaseUser, *, seen: str, status: str, unpublish: bool, answer: str
) -> RemovalRequest:
    """Answers a wish to be taken off the site. With `unpublish` the person's page and name are no longer shown.

    Papers keep the names that were printed on them. `seen` is the digest of the message that the editor read. Raises
    `AnsweredMeanwhile`.
    """
    with transaction.atomic():
        request = hold_waiting(RemovalRequest, key)
        if digest_of(request.message) != seen:
            raise AnsweredMeanwhile(_("The member wrote something else while you looked: read it again."))
        if unpublish and request.person.is_published:
            request.person.is_published = False
            request.person._change_reason = f"Removal request {request.pk} of the member, agreed to"
            request.person.save()
        finish(request, account, status, answer)
        return request
