"""What happened: mentoring, awards, grants, service, talks, news, projects, figures about people and papers."""

from activities.models.award import Award, AwardReceipt
from activities.models.event import NewsItem, Talk, TalkLink
from activities.models.mentorship import Mentorship, MentorshipLevel
from activities.models.metric import Metric
from activities.models.project import Grant, GrantRole, Project, ProjectLink, ProjectRole
from activities.models.service import Service

__all__ = [
    "Award",
    "AwardReceipt",
    "Grant",
    "GrantRole",
    "Mentorship",
    "MentorshipLevel",
    "Metric",
    "NewsItem",
    "Project",
    "ProjectLink",
    "ProjectRole",
    "Service",
    "Talk",
    "TalkLink",
]
