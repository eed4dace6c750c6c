"""What an archive withstands: damage, cuts, other people's files, newer versions, wrong secrets (H12); what is kept."""

from __future__ import annotations

import datetime
import errno
import hashlib
import io
import json
import os
import random
import subprocess
import zipfile
from pathlib import Path

import pytest
from django.db import models

from labsite.backups import encryption
from labsite.backups.archive import MARK, SUM, ArchiveWriter, check_file, opened
from labsite.backups.encryption import MAGIC, PIECE, TAG, Decrypted, Encrypting
from labsite.backups.keeping import NAME, archives_in, kept, moment_of, new_path, newest_in, read_rules
from labsite.backups.loading import check_migrations
from labsite.backups.manifest import FilePart, Manifest, TablePart
from labsite.backups.problems import BackupProblem
from labsite.backups.rows import RowSum
from labsite.backups.values import kind_of, reader_of, same_on_all, writer_of
from labsite.operations.doctor.surroundings import check_backups

SECRET = b"a quiet long secret"
MOMENT = (2026, 5, 28, 20, 26, 40)


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch):
    """The real costs are half a second for each archive."""
    monkeypatch.setattr(encryption, "COSTS", {"n": 16, "r": 8, "p": 1})


def write(path: Path, secret: bytes | None = None, **values: object) -> Path:
    """A small archive: three rows and a file of 150 kB that cannot be packed."""
    rows = [[1, "Ada", '{"a": 1}'], [2, "Bo 🦉", "null"], [3, "", None]]
    table = TablePart("people_person", [["id", "integer"], ["name", "text"], ["extra", "json"]], last_key=3)
    total = RowSum(["integer", "text", "json"])
    for row in rows:
        total.add(row)
    table.rows, table.digest = total.number, total.digest()
    picture = FilePart("media", "photos/0.jpg")
    manifest = Manifest("0.1.0", "2026-05-28T20:26:40+00:00", "sqlite", [["people", "0001_initial"]])
    with path.open("wb") as target, ArchiveWriter(target, secret, MOMENT) as writer:
        writer.add(table, [json.dumps(row).encode() + b"\n" for row in rows])
        content = chances(1).randbytes(150_000)
        writer.add(picture, [content[:70_000], content[70_000:]], len(content))
        manifest.tables, manifest.files = [table], [picture]
        for name, value in values.items():
            setattr(manifest, name, value)
        writer.close(manifest)
    return path


def read_whole(path: Path, secret: bytes | None = None) -> Manifest:
    with opened(path, secret) as archive:
        archive.check()
        return archive.manifest


def summed(content: bytes) -> bytes:
    """As somebody would forge it: with a sum that is right."""
    return content[:-SUM] + hashlib.sha256(content[:-SUM]).hexdigest().encode()


def chances(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - not a secret


BOTH = pytest.mark.parametrize("secret", [None, SECRET], ids=["plain", "encrypted"])


@BOTH
def test_what_was_written_is_read(tmp_path, secret):
    path = write(tmp_path / "a", secret)
    manifest = read_whole(path, secret)
    assert manifest.rows == 3
    assert check_file(path) is bool(secret)
    with opened(path, secret) as archive:
        assert list(archive.rows(manifest.tables[0]))[1] == [2, "Bo 🦉", "null"]


def test_a_plain_archive_opens_with_ordinary_tools(tmp_path):
    path = write(tmp_path / "a.zip")
    with zipfile.ZipFile(path) as opened_:
        assert opened_.testzip() is None
        assert opened_.read("tables/people_person.jsonl").count(b"\n") == 3
    shown = subprocess.run(["tail", "-c", "64", path], capture_output=True, check=True).stdout  # noqa: S603, S607
    assert shown.decode() == hashlib.sha256(path.read_bytes()[:-SUM]).hexdigest()


@BOTH
def test_h12_any_flipped_byte_is_refused(tmp_path, secret):
    content = write(tmp_path / "a", secret).read_bytes()
    places = {0, 1, 3, 30, 100, len(content) - 1, len(content) - SUM, len(content) - SUM - 1, len(content) - SUM - 60}
    places |= {chances(number).randrange(len(content)) for number in range(150)}
    damaged = tmp_path / "damaged"
    for place in places:
        damaged.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
        with pytest.raises(BackupProblem, match="damaged|no archive|cut off"):
            check_file(damaged)


@BOTH
def test_h12_any_cut_is_refused(tmp_path, secret):
    content = write(tmp_path / "a", secret).read_bytes()
    cut = tmp_path / "cut"
    for length in (0, 1, 4, 40, SUM, 1000, PIECE, len(content) // 2, len(content) - SUM, len(content) - 1):
        cut.write_bytes(content[:length])
        with pytest.raises(BackupProblem, match="cut off|no archive|damaged"):
            check_file(cut)
    cut.write_bytes(content + b"x")
    with pytest.raises(BackupProblem, match="cut off|damaged"):
        check_file(cut)


def test_the_damaged_member_is_named(tmp_path):
    path = write(tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    content[50_000] ^= 1
    path.write_bytes(content)
    with pytest.raises(BackupProblem, match=r"a\.zip is damaged in 'media/photos/0\.jpg': copy it again"):
        check_file(path)


def other_zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as other:
        other.writestr("holiday.txt", "sun")
    return target.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89PNG\r\n\x1a\n" * 100, b"SQLite format 3\x00" * 100, other_zip(), MAGIC, MAGIC * 9]
)
def test_h12_files_of_others_are_refused(tmp_path, content):
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(BackupProblem, match="no archive of Labsite|ZIP file of something else|damaged"):
        check_file(path)


def test_a_missing_archive_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(BackupProblem, match="cannot be read"), opened(path, None):
            pass


def test_a_folder_that_nobody_may_look_into_is_not_called_empty(tmp_path, monkeypatch, settings):
    assert archives_in(tmp_path / "nowhere") == []

    def refuse(folder):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(BackupProblem, match="cannot be looked into .Permission denied.: give rights"):
        newest_in(tmp_path)
    settings.BACKUP_DIR = tmp_path
    [found] = check_backups()
    assert "cannot be looked into" in found.message and found.mend == "give rights"


def forged(path: Path, change: object) -> Path:
    """The archive with another manifest and a sum that is right."""
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()}
    manifest = json.loads(members["manifest.json"])
    change(manifest, members)
    members["manifest.json"] = json.dumps(manifest).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
        made.comment = MARK + b"0" * SUM
    path.write_bytes(summed(target.getvalue()))
    return path


def newer_format(manifest, members):
    manifest["format_version"], manifest["version"] = 2, "9.1"


def strange_member(manifest, members):
    members["more.txt"] = b"?"


def lacking_member(manifest, members):
    del members["media/photos/0.jpg"]


def other_rows(manifest, members):
    members["tables/people_person.jsonl"] = members["tables/people_person.jsonl"].replace(b"Ada", b"Eve")


def fewer_rows(manifest, members):
    lines = members["tables/people_person.jsonl"].splitlines(keepends=True)[:2]
    members["tables/people_person.jsonl"] = b"".join(lines)
    manifest["tables"][0] |= {
        "bytes": sum(map(len, lines)), "sha256": hashlib.sha256(b"".join(lines)).hexdigest(),
    }  # fmt: skip


def short_rows(manifest, members):
    manifest["tables"][0]["columns"].pop()


def other_picture(manifest, members):
    members["media/photos/0.jpg"] = b"another"


def escape(manifest, members):
    manifest["files"][0]["name"] = "../../outside"
    members["media/../../outside"] = members.pop("media/photos/0.jpg")


def absolute(manifest, members):
    manifest["files"][0]["name"] = "/etc/passwd"
    members["media//etc/passwd"] = members.pop("media/photos/0.jpg")


def statement(manifest, members):
    manifest["tables"][0]["columns"][1][0] = 'name") VALUES (1); --'


def unknown_kind(manifest, members):
    manifest["tables"][0]["columns"][1][0] = ["name", "pickle"]


def no_manifest_of_ours(manifest, members):
    manifest["format"] = "photo album"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            newer_format,
            r"format 2, made by Labsite 9\.1; this version reads format 1: install the version that made it",
        ),
        (strange_member, r"does not hold what its manifest lists \(more\.txt\)"),
        (lacking_member, r"does not hold what its manifest lists \(media/photos/0\.jpg\)"),
        (other_rows, r"tables/people_person\.jsonl is damaged"),
        (fewer_rows, r"people_person has 2 rows, its manifest says 3"),
        (short_rows, r"a row of people_person has not 2 values"),
        (other_picture, r"media/photos/0\.jpg is damaged"),
        (escape, "contradicts its format"),
        (absolute, "contradicts its format"),
        (statement, "contradicts its format"),
        (unknown_kind, "contradicts its format"),
        (no_manifest_of_ours, r"something else \('photo album'\)"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_h12_what_is_forged_is_refused(tmp_path, change, words):
    path = forged(write(tmp_path / "a.zip"), change)
    with pytest.raises(BackupProblem, match=words):
        read_whole(path)


def test_h12_an_archive_of_a_newer_version_names_the_mend(tmp_path):
    manifest = Manifest("9.1", "", "sqlite", [["people", "0001_initial"], ["people", "0999_later"], ["new", "0001"]])
    with pytest.raises(
        BackupProblem, match=r"Labsite 9\.1, has .*people\.0999_later.*install the version that made it"
    ):
        check_migrations(manifest)


# Encryption


def test_nothing_of_the_content_shows(tmp_path):
    content = write(tmp_path / "a", SECRET).read_bytes()
    assert b"people" not in content and b"PK" + b"\x03\x04" not in content[:200]
    assert content != write(tmp_path / "b", SECRET).read_bytes(), "each archive has its own key"


def test_a_wrong_secret_is_told_from_damage(tmp_path):
    path = write(tmp_path / "a", SECRET)
    with pytest.raises(BackupProblem, match="The secret is not the one that .*a was encrypted with"):
        read_whole(path, b"another long secret")
    with pytest.raises(BackupProblem, match="is encrypted: name the file with its secret"):
        read_whole(path)


def test_pieces_cannot_be_left_out_moved_or_changed_even_with_a_right_sum(tmp_path):
    path = write(tmp_path / "a", SECRET)
    content = path.read_bytes()
    begin = content.index(b"\n", len(MAGIC)) + 1
    step = PIECE + TAG
    pieces = [content[place : place + step] for place in range(begin, len(content) - SUM, step)]
    pieces[-1] = pieces[-1].removesuffix(content[-SUM:])
    assert len(pieces) == 3
    head = content[:begin]
    for changed in (pieces[:2], [pieces[0], pieces[2]], [pieces[1], pieces[0], pieces[2]], pieces[:1]):
        path.write_bytes(summed(head + b"".join(changed) + b"0" * SUM))
        with pytest.raises(BackupProblem, match="damaged|secret is not|cannot be read|cut off"):
            read_whole(path, SECRET)
    cheaper = head.replace(b'"n": 16', b'"n": 32')
    path.write_bytes(summed(cheaper + b"".join(pieces) + b"0" * SUM))
    with pytest.raises(BackupProblem, match="secret is not"):
        read_whole(path, SECRET)


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_an_encrypted_file_is_read_from_anywhere(length):
    content = chances(length).randbytes(length)
    target = io.BytesIO()
    writer = Encrypting(target, SECRET)
    for begin in range(0, length, 10_000):
        writer.write(content[begin : begin + 10_000])
    writer.close()
    reader = Decrypted(target, len(target.getvalue()), SECRET, "it")
    buffered = io.BufferedReader(reader)
    assert buffered.read() == content
    for place in (0, length // 3, max(0, length - 5), length):
        buffered.seek(place)
        assert buffered.read(7) == content[place : place + 7]
    assert buffered.seek(0, io.SEEK_END) == length


GREEDY = (
    json.dumps(
        {"kdf": "scrypt", "cipher": "aes-256-gcm", "piece": PIECE, "n": 2**30, "r": 8, "p": 1, "salt": "YQ=="}
    ).encode()
    + b"\n"
)


@pytest.mark.parametrize(
    "line", [b"{}\n", b"[]\n", b"not json\n", GREEDY]
)  # fmt: skip
def test_a_header_that_would_take_all_memory_is_refused(tmp_path, line):
    path = tmp_path / "a"
    path.write_bytes(summed(MAGIC + line + b"x" * 100 + b"0" * SUM))
    with pytest.raises(BackupProblem, match="encrypted in a way that this version does not know"):
        read_whole(path, SECRET)


def test_the_real_costs_take_a_hundred_megabytes_for_each_guess():
    assert encryption.__dict__["MOST_MEMORY"] >= 128 * 2**17 * 8
    source = Path(encryption.__file__).read_text()
    assert 'COSTS = {"n": 2**17, "r": 8, "p": 1}' in source


def test_a_secret_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BackupProblem, match="nowhere, cannot be read"):
        encryption.read_secret(tmp_path / "nowhere")


# Values


def field_of(field: models.Field) -> models.Field:
    field.set_attributes_from_name("value")
    return field


@pytest.mark.parametrize(
    ("field", "kind", "found", "stored", "sqlite"),
    [
        (models.BooleanField(), "boolean", 1, True, 1),
        (models.DecimalField(max_digits=9, decimal_places=2), "decimal", 0.1, "0.10", "0.10"),
        (models.DecimalField(max_digits=9, decimal_places=2), "decimal", 3, "3.00", "3.00"),
        (models.DateTimeField(), "moment", "2024-02-29 23:59:59.000001", "2024-02-29T23:59:59.000001+00:00",
         "2024-02-29 23:59:59.000001"),
        (models.DateTimeField(), "moment", datetime.datetime(1, 1, 1), "0001-01-01T00:00:00.000000+00:00",
         "0001-01-01 00:00:00"),
        (models.DateField(), "date", datetime.date(9999, 12, 31), "9999-12-31", "9999-12-31"),
        (models.TimeField(), "time", datetime.time(23, 59, 59, 1), "23:59:59.000001", "23:59:59.000001"),
        (models.DurationField(), "duration", datetime.timedelta(1, 0, 1), 86_400_000_001, 86_400_000_001),
        (models.BinaryField(), "bytes", memoryview(b"\x00\xff"), "AP8=", b"\x00\xff"),
        (models.UUIDField(), "uuid", "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef",
         "0123456789abcdef0123456789abcdef"),
        (models.FloatField(), "float", 0.1, "0.1", 0.1),
        (models.JSONField(), "json", '{"b":1}', '{"b":1}', '{"b":1}'),
    ],
)  # fmt: skip
def test_values_go_to_the_archive_and_to_sqlite(field, kind, found, stored, sqlite):
    field = field_of(field)
    assert kind_of(field) == kind
    assert reader_of(field)(found) == stored
    write_value = writer_of(kind, "sqlite")
    assert (write_value(stored) if write_value else stored) == sqlite
    write_value = writer_of(kind, "postgresql")
    assert not isinstance(write_value(stored) if write_value else stored, float)


def test_a_column_of_an_unknown_kind_stops_the_backup_aloud():
    class StrangeField(models.Field):
        pass

    field = field_of(StrangeField())
    field.model = models.Model
    field.model._meta = type("Meta", (), {"db_table": "somewhere"})
    try:
        with pytest.raises(BackupProblem, match=r"somewhere\.value is a StrangeField"):
            kind_of(field)
    finally:
        del models.Model._meta


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": [1.0, 1e2]}', '{"b":[1,100],"a":1}'),
        ('{"a": 1.50}', '{"a": 1.5}'),
        ('"\\ud83e\\udd89"', '"🦉"'),
        ("-0.0", "0"),
        ('{"a": 1, "a": 2}', '{"a": 2}'),
    ],
)
def test_json_is_compared_by_what_it_means(one, other):
    assert same_on_all(one) == same_on_all(other)


@pytest.mark.parametrize(
    ("one", "other"), [("1", '"1"'), ("null", '"null"'), ("1.5", "1.50001"), ("[]", "{}"), ("0", "false")]
)
def test_json_that_means_something_else_differs(one, other):
    assert same_on_all(one) != same_on_all(other)


def test_sums_of_rows_know_every_value_and_no_order():
    def total(*rows):
        found = RowSum(["integer", "text"])
        for row in rows:
            found.add(row)
        return found.digest()

    assert total([1, "a"], [2, "b"]) == total([2, "b"], [1, "a"])
    assert (
        len({total([1, "a"]), total([1, "a"], [1, "a"]), total([1, None]), total([1, ""]), total(["1", "a"]), total()})
        == 6
    )


# Which stay


def days(*numbers: int) -> list[Path]:
    first = datetime.datetime(2026, 1, 1, 3, 30, tzinfo=datetime.UTC)
    return [new_path(Path("nowhere"), first + datetime.timedelta(days=number), False) for number in numbers]


def test_h15_the_rules_keep_the_newest_of_each_period():
    archives = days(*range(400))
    stay = kept(archives, read_rules("daily:7,weekly:5,monthly:12"))
    assert set(archives[-7:]) <= stay
    months = {(moment_of(path).year, moment_of(path).month) for path in stay}
    assert len(months) == 12
    assert 18 <= len(stay) <= 24
    assert kept(archives, read_rules("last:3")) == set(archives[-3:])
    assert kept(archives, read_rules("yearly:9")) == {archives[364], archives[399]}
    assert kept(archives, read_rules("all")) == set(archives)


def test_h15_the_rules_run_day_by_day_reach_back_a_year():
    there: set[Path] = set()
    rules = read_rules("last:3,daily:7,weekly:5,monthly:12")
    for path in days(*range(800)):
        there = kept({*there, path}, rules)
    oldest = min(moment_of(path) for path in there)
    assert (moment_of(days(799)[0]) - oldest).days > 300
    assert len(there) <= 24


def test_h15_an_archive_of_today_never_goes():
    assert kept(days(5), {"yearly": 1}) == set(days(5))
    several = [Path(f"labsite-20260101T00000{number}Z.labsite.zip") for number in range(5)]
    assert kept(several, read_rules("daily:7")) == {several[-1]}
    assert kept(several, read_rules("last:3,daily:7")) == set(several[2:])


@pytest.mark.parametrize(
    "text", ["", "daily", "daily:0", "daily:-1", "hourly:3", "7", "daily:7;weekly:5", "daily:99999"]
)
def test_rules_that_say_nothing_are_refused(text):
    with pytest.raises(BackupProblem, match="use periods and numbers like"):
        read_rules(text)


def test_names(tmp_path):
    moment = datetime.datetime(2026, 11, 21, 20, 30, tzinfo=datetime.UTC)
    first = new_path(tmp_path, moment, False)
    assert first.name == "labsite-20261121T203000Z.labsite.zip"
    first.write_text("")
    second = new_path(tmp_path, moment, False)
    second.write_text("")
    third = new_path(tmp_path, moment + datetime.timedelta(seconds=1), True)
    third.write_text("")
    assert archives_in(tmp_path) == [third, second, first]
    assert newest_in(tmp_path) == third
    assert all(NAME.fullmatch(path.name) for path in (first, second, third))
    with pytest.raises(BackupProblem, match="There is no archive in"):
        newest_in(tmp_path / "nowhere")
