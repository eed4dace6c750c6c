"""Names that somebody does not bear any more: matched on by editors, shown to nobody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from labsite.lib.text import fold
from people.likeness import compare
from people.names import split_name
from people.readings import fold_name, fold_printed

SEPARATOR = "\n"  # in no name


class FormerNames(models.Func):
    """The former names of the person whose key the expression is, a line each; None or "" where there are none.

    A part of the query, so that it costs none of its own.
    """

    template = (
        "(SELECT %(function)s FROM people_personname former "
        "WHERE former.person_id = %(expressions)s AND former.kind = 'former')"
    )
    arity = 1
    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="group_concat(former.name, char(10))", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="string_agg(former.name, chr(10))", **context)


def without_former(printed: str, name: str, former: Iterable[str]) -> str:
    """`printed`, or `name` where what is printed is one of the `former` names and not this one, however it is written.

    So a paper that somebody wrote as Yiwei Chen names Bea Chen, whoever prints it from here.
    """
    is_former = any(is_written(printed, each) for each in former)
    return name if is_former and not is_written(printed, name) else printed


def is_written(printed: str, name: str) -> bool:
    return fold(printed) == fold(name) or bool(compare(fold_name(split_name(name)), fold_printed(printed)))
