"""Who we are: people, the places they belong to, and what they say of themselves."""

from people.models.career import Course, Education, Membership, Position, PositionPerson
from people.models.organization import Group, Organization
from people.models.person import CVStyle, OldAddress, Person, PersonName, ProfileLink, ProfileSection
from people.models.request import ProfileChange, RemovalRequest, Request

__all__ = [
    "CVStyle",
    "Course",
    "Education",
    "Group",
    "Membership",
    "OldAddress",
    "Organization",
    "Person",
    "PersonName",
    "Position",
    "PositionPerson",
    "ProfileChange",
    "ProfileLink",
    "ProfileSection",
    "RemovalRequest",
    "Request",
]
