"""Where a person was, when, and as what: memberships, positions, education."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.dates import Period
from people.models.organization import Group, Organization


class Membership(Period):
    """A stay at this lab. Somebody may have several, also at the same time."""

    class Role(models.TextChoices):
        PRINCIPAL_INVESTIGATOR = "principal-investigator", _("Principal investigator")
        FACULTY = "faculty", _("Faculty")
        POSTDOC = "postdoc", _("Postdoc")
        PHD = "phd", _("PhD student")
        MASTER = "master", _("Master's student")
        UNDERGRADUATE = "undergraduate", _("Undergraduate")
        STAFF = "staff", _("Staff")
        VISITOR = "visitor", _("Visitor")
        INTERN = "intern", _("Intern")

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        help_text=_("Leave empty for the whole lab."),
    )
    role = models.CharField(max_length=24, choices=Role)
    title = models.CharField(max_length=120, blank=True, help_text=_("Printed instead of the role, e.g. Lab manager."))
    next_destination = models.CharField(
        max_length=200, blank=True, help_text=_("Where they went, e.g. Assistant professor at …; shown under alumni.")
    )

    history = HistoricalRecords()

    class Meta(Period.Meta):
        ordering = [models.F("end").desc(nulls_first=True), models.F("start").desc(nulls_last=True), "id"]
        indexes = [models.Index(fields=["person", "start", "end"]), models.Index(fields=["role"])]

    def __str__(self) -> str:
        return f"{self.person}, {self.role_text}"

    @property
    def role_text(self) -> str:
        return self.title or str(ROLE_LABELS.get(self.role, self.role))


# Django's `get_role_display` hashes all labels, translated, at each call.
ROLE_LABELS = dict(Membership.Role.choices)


class Position(Period):
    """A job, internship, research stay or project outside or beside this lab."""

    class Kind(models.TextChoices):
        EMPLOYMENT = "employment", _("Employment")
        INTERNSHIP = "internship", _("Internship")
        RESEARCH = "research", _("Research")
        PROJECT = "project", _("Project")

    class Mode(models.TextChoices):
        FULL_TIME = "full-time", _("Full-time")
        PART_TIME = "part-time", _("Part-time")
        BOTH = "both", _("Part-time and full-time")

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="positions")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.EMPLOYMENT)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="positions"
    )
    title = models.CharField(max_length=200, blank=True, help_text=_("E.g. Research scientist intern."))
    team = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=120, blank=True, help_text=_("City, or Remote."))
    mode = models.CharField(max_length=10, choices=Mode, blank=True)
    project = models.CharField(max_length=300, blank=True, help_text=_("What it was about, in a line."))
    summary = models.TextField(blank=True, help_text=_("What was done, in Markdown."))
    people = models.ManyToManyField("people.Person", through="PositionPerson", related_name="positions_alongside")
    order = models.PositiveSmallIntegerField(default=0, help_text=_("Orders what has no dates; lower comes first."))

    history = HistoricalRecords()

    class Meta(Period.Meta):
        ordering = [
            models.Case(
                models.When(end__isnull=True, end_is_unknown=False, start__isnull=False, then=0), default=1
            ).asc(),
            models.functions.Coalesce("end", "start").desc(nulls_last=True),
            models.F("start").desc(nulls_last=True),
            "order",
            "id",
        ]

    def __str__(self) -> str:
        return ", ".join(str(part) for part in (self.title or self.project, self.organization) if part)

    def clean(self) -> None:
        super().clean()
        if not (self.title or self.project or self.organization_id):
            raise ValidationError(
                {"title": gettext("Say what the position was, or where: give a title or an organization.")}
            )


class PositionPerson(models.Model):
    """Somebody a position was done with, and as what."""

    class Role(models.TextChoices):
        ADVISOR = "advisor", _("Advisor")
        MENTOR = "mentor", _("Mentor")
        TEAM_LEAD = "team-lead", _("Team lead")
        COLLEAGUE = "colleague", _("Worked with")

    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="position_people")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="position_roles")
    role = models.CharField(max_length=10, choices=Role, default=Role.MENTOR)
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["role", "order", "id"]
        verbose_name = _("person of a position")
        verbose_name_plural = _("people of a position")
        constraints = [
            models.UniqueConstraint(
                name="people_positionperson_once",
                fields=["position", "person", "role"],
                violation_error_message=_("This person is listed in this role already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.person}"

    def clean(self) -> None:
        super().clean()
        position = getattr(self, "position", None)
        if position and self.person_id and self.person_id == position.person_id:
            raise ValidationError({"person": gettext("This is the person whose position it is: choose somebody else.")})


class Education(Period):
    """A degree, finished or under way."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="education")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="education")
    unit = models.CharField(max_length=200, blank=True, help_text=_("Department, school or college."))
    degree = models.CharField(max_length=120, help_text=_("E.g. Ph.D., B.Eng."))
    field = models.CharField(max_length=200, blank=True, help_text=_("E.g. Computer Science and Engineering."))
    place = models.CharField(max_length=120, blank=True)
    focus = models.CharField(max_length=300, blank=True, help_text=_("Research focus, if the degree has one."))
    note = models.CharField(max_length=300, blank=True, help_text=_("E.g. with honours, thesis title."))
    advisors = models.ManyToManyField("people.Person", blank=True, related_name="advised_education")
    committee = models.ManyToManyField("people.Person", blank=True, related_name="committee_education")
    grade = models.CharField(_("grade or GPA"), max_length=60, blank=True)
    rank = models.CharField(max_length=60, blank=True, help_text=_("E.g. 4/68."))
    grades_are_public = models.BooleanField(
        default=False, help_text=_("Show grade, rank and course marks on the page and in the CV.")
    )

    history = HistoricalRecords(m2m_fields=[advisors, committee])

    class Meta(Period.Meta):
        ordering = [models.F("end").desc(nulls_first=True), models.F("start").desc(nulls_last=True), "id"]
        verbose_name_plural = _("education")

    def __str__(self) -> str:
        return f"{self.degree}, {self.organization}"


class Course(models.Model):
    """A course of a degree, with its mark."""

    education = models.ForeignKey(Education, on_delete=models.CASCADE, related_name="courses")
    name = models.CharField(max_length=200)
    mark = models.CharField(max_length=30, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name
