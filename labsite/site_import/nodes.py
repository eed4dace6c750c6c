"""Data files as trees whose every value knows its line: YAML, TOML and JSON alike. Pure.

Every scalar is the text as it was written, never a number, a date or a truth value that a format made of it: `no` is a
name, `2024` a year, `0000-0001-5000-0007` an identifier. Nothing (null, ~) is "".
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

MOST_DEPTH = 40
MOST_NODES = 100_000  # of one file, an alias counted as often as it stands
EMPTY = {"", "~", "null", "Null", "NULL"}
QUOTED = {"'", '"', "|", ">"}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where PyYAML was built with libyaml


class DataError(ValueError):
    """A data file that cannot be read. `line` counts from 1, 0 where it is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(eq=False)
class Node:
    """One value: a text, a list of nodes, or nodes by key. `is_taken` and `reason` say what a reader made of it."""

    value: str | list[Node] | dict[str, Node]
    line: int
    is_taken: bool = False
    reason: str = ""
    dropped: tuple[str, ...] = ()  # parts of a taken text that have no place
    is_merged: bool = False  # by YAML's `<<`: a key of the mapping itself counts before it

    def leaves(self, name: str = "") -> Iterator[tuple[str, Node]]:
        """Every text below, with its name: “author.links[2].url”."""
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                yield from node.leaves(f"{name}.{key}" if name else key)
        elif isinstance(self.value, list):
            for number, node in enumerate(self.value):
                yield from node.leaves(f"{name}[{number}]")
        else:
            yield name, self


def too_deep(line: int) -> DataError:
    return DataError(f"it is nested more than {MOST_DEPTH} levels deep", line)


def too_many(line: int) -> DataError:
    return DataError(f"it holds more than {MOST_NODES} values", line)


# YAML


def read_yaml(text: str, first_line: int = 1) -> Node:
    """The first document of `text`. Raises `DataError`. `first_line` is where the text begins in its file.

    Read event by event, so that no object is ever made of a tag, and aliases multiply nothing.
    """
    reader = _YamlReader(first_line)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            reader.take(event)
            if reader.is_done:
                break
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = " ".join(filter(None, (error.problem, error.context))) or "it is no YAML"
        raise DataError(words, mark.line + first_line if mark else 0) from error
    except yaml.YAMLError as error:
        raise DataError(" ".join(f"{error}".split())[:200]) from error
    return reader.root or Node({}, first_line)


class _YamlReader:
    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.root: Node | None = None
        self.is_done = False
        self.stack: list[tuple[Node, list[Any]]] = []  # open collections, and for a mapping the key that waits
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.opened: list[tuple[str, int]] = []  # anchor of each open collection, and the count when it began
        self.count = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + self.first_line
        if isinstance(event, yaml.ScalarEvent):
            is_nothing = event.style not in QUOTED and event.value in EMPTY
            node = Node("" if is_nothing else event.value, line)
            self.place(node, 1, line)
            self.remember(event.anchor, node, 1)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise DataError(f"it refers to “*{event.anchor}”, which stands nowhere before", line)
            node, size = self.anchors[event.anchor]
            self.place(node, size, line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            node = Node({} if isinstance(event, yaml.MappingStartEvent) else [], line)
            self.place(node, 1, line)
            self.stack.append((node, []))
            self.opened.append((event.anchor or "", self.count))
            if len(self.stack) > MOST_DEPTH:
                raise too_deep(line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            node, _ = self.stack.pop()
            anchor, before = self.opened.pop()
            self.remember(anchor, node, self.count - before + 1)
        elif isinstance(event, yaml.DocumentEndEvent):
            self.is_done = True

    def remember(self, anchor: str | None, node: Node, size: int) -> None:
        if anchor:
            self.anchors[anchor] = (node, size)

    def place(self, node: Node, size: int, line: int) -> None:
        self.count += size
        if self.count > MOST_NODES:
            raise too_many(line)
        if not self.stack:
            self.root = node
            return
        parent, waiting = self.stack[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif not waiting:
            waiting.append(node.value if isinstance(node.value, str) else f"(key of line {line})")
        else:
            put(parent.value, waiting.pop(), node)


def put(mapping: dict[str, Node], key: str, node: Node) -> None:
    """Sets a key; `<<` merges. Of a key that stands twice the last counts, and the first is kept under another name."""
    if key == "<<" and isinstance(node.value, dict):
        for name, each in node.value.items():
            mapping.setdefault(name, Node(each.value, each.line, is_merged=True))
        return
    if key in mapping and not mapping[key].is_merged:
        first = mapping.pop(key)
        first.reason = f"the same key stands again in line {node.line}, which counts"
        mapping[f"{key} (line {first.line})"] = first
    mapping[key] = node


# TOML

TABLE = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?\Z")
PAIR = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)""")
PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
AT_LINE = re.compile(r"at line (\d+)")


def read_toml(text: str, first_line: int = 1) -> Node:
    """A TOML document. Raises `DataError`. Values within arrays and inline tables have the line of their key."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        match = AT_LINE.search(f"{error}")
        line = int(match.group(1)) if match else text.count("\n") + 1  # “at end of document”
        raise DataError(f"{error}"[:200], line + first_line - 1) from error
    return _node_of(data, toml_lines(text, first_line), (), first_line, [0])


def toml_lines(text: str, first_line: int) -> dict[tuple[str | int, ...], int]:
    """The line of each key by its path; an element of an array of tables is a number in the path."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    closing = ""
    for number, line in enumerate(text.split("\n"), start=first_line):
        if closing:
            closing = "" if closing in line else closing
            continue
        if header := TABLE.match(line):
            names = tuple(part.strip("\"'") for part in PART.findall(header.group(2)))
            table = ()
            for name in names:
                table += (name,)
                table += (counts[table] - 1,) if table in counts and table[: len(names)] != names else ()
            if header.group(1) == "[[":
                counts[table] = counts.get(table, 0) + 1
                table += (counts[table] - 1,)
            lines.setdefault(table, number)
        elif pair := PAIR.match(line):
            path = table + tuple(part.strip("\"'") for part in PART.findall(pair.group(1)))
            lines[path] = number
            for quotes in ('"""', "'''"):
                if pair.group(2).startswith(quotes) and quotes not in pair.group(2)[3:]:
                    closing = quotes
    return lines


def _node_of(
    value: Any, lines: dict[tuple[str | int, ...], int], path: tuple[str | int, ...], line: int, count: list[int]
) -> Node:
    line = lines.get(path, line)
    count[0] += 1
    if count[0] > MOST_NODES:
        raise too_many(line)
    if len(path) > MOST_DEPTH:
        raise too_deep(line)
    if isinstance(value, dict):
        return Node({f"{key}": _node_of(each, lines, (*path, key), line, count) for key, each in value.items()}, line)
    if isinstance(value, list):
        return Node([_node_of(each, lines, (*path, key), line, count) for key, each in enumerate(value)], line)
    if isinstance(value, bool):
        return Node("true" if value else "false", line)
    return Node(value.isoformat() if hasattr(value, "isoformat") else f"{value}", line)


# JSON

JSON_TOKEN = re.compile(r'[\s,:]*(?:([\[\]{}])|"((?:[^"\\\n]|\\.)*)"|([^\s\[\]{},:"]+))')


def read_json(text: str) -> Node:
    """A JSON document. Raises `DataError`."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(error.msg, error.lineno) from error
    except RecursionError as error:
        raise too_deep(0) from error
    tokens = _json_tokens(text)
    return _json_node(next(tokens), tokens, 0, [0])


def _json_tokens(text: str) -> Iterator[tuple[str, str | None, int]]:
    """(bracket or "", text, line) of each token of a text that is known to be JSON."""
    line, at = 1, 0
    while match := JSON_TOKEN.match(text, at):
        line += text.count("\n", at, match.end())
        at = match.end()
        bracket, quoted, bare = match.groups()
        if bracket:
            yield bracket, None, line
        elif quoted is not None:
            yield "", json.loads(f'"{quoted}"'), line
        else:
            yield "", "" if bare == "null" else bare, line


def _json_node(
    token: tuple[str, str | None, int], tokens: Iterator[tuple[str, str | None, int]], depth: int, count: list[int]
) -> Node:
    bracket, text, line = token
    count[0] += 1
    if count[0] > MOST_NODES:
        raise too_many(line)
    if depth > MOST_DEPTH:
        raise too_deep(line)
    if bracket == "{":
        mapping: dict[str, Node] = {}
        for name in tokens:
            if name[0] == "}":
                break
            put(mapping, name[1] or "", _json_node(next(tokens), tokens, depth + 1, count))
        return Node(mapping, line)
    if bracket == "[":
        items = []
        for each in tokens:
            if each[0] == "]":
                break
            items.append(_json_node(each, tokens, depth + 1, count))
        return Node(items, line)
    return Node(text or "", line)
