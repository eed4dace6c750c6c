"""Awards, mentorships and services as tables."""

from activities.tables.awards import AwardTable
from activities.tables.mentorships import MentorshipTable
from activities.tables.services import ServiceTable

__all__ = ["AwardTable", "MentorshipTable", "ServiceTable"]
