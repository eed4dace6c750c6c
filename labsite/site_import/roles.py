"""What somebody is in a group, by the words that a site has for it. Pure."""

from __future__ import annotations

import re

# Roles (values of `Membership.Role`) by words, the first that fits counts.
WORDS = (
    ("undergraduate", r"\bunder-?grad|\bbachelor|\bb\.?sc\b|\bb\.?eng\b|\bhigh.school"),
    ("postdoc", r"\bpost-?\s?doc"),
    ("phd", r"\bph\.?\s?d|\bdoctoral (?:student|candidate|researcher)|\bgrad(?:uate)?[ -]students?\b|\bdoctorand"),
    ("master", r"\bmaster|\bm\.?sc\b|\bm\.?eng\b"),
    ("intern", r"\bintern(?:s|ship)?\b"),
    ("visitor", r"\bvisit|\bguest\b"),
    ("principal-investigator", r"\bprincipal investigator|\bpis?\b|\b(?:lab|group|team) (?:head|leader|director)\b"),
    ("faculty", r"\bprofessor|\bfaculty\b|\blecturer\b|\breader\b"),
    ("staff", r"\bstaff\b|\bprogrammer|\bengineer|\btechnician|\bmanager|\badminist|\bdeveloper|\bscientist\b"
              r"|\bresearcher|\bassistant\b|\bcoordinator"),
)  # fmt: skip
PATTERNS = [(role, re.compile(pattern, re.IGNORECASE)) for role, pattern in WORDS]
ALUMNI = re.compile(r"\balum|\bformer\b|\bpast\b|\bemerit", re.IGNORECASE)


def role_of(*texts: str) -> str:
    """A value of `Membership.Role`, by the first text whose words say one; "" where none does."""
    return next((role for text in texts for role, pattern in PATTERNS if text and pattern.search(text)), "")


def is_former(*texts: str) -> bool:
    """Whether the words say that somebody has left."""
    return any(ALUMNI.search(text) for text in texts)
