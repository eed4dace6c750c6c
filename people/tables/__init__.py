"""Members as a table, and how tables find people and places."""

from people.tables.members import MemberTable

__all__ = ["MemberTable"]
