"""A person, the names they go by, and what their own page says."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.dates import q_active, q_upcoming
from labsite.lib.models import NaturalKeyManager, Publishable, PublishableQuerySet, Visibility, WebAddressField
from labsite.lib.paths import problem_of_path
from labsite.lib.search import MAX_TERMS, read_question
from labsite.lib.text import DerivedTextField, clean_text, fold, is_visible
from labsite.lib.web import address_of
from people.models.career import Membership
from people.names import initials_of
from people.photos import photo_path, tint_of, validate_photo
from people.validators import OrcidField


def q_in(group: str) -> models.Q:
    """Memberships of the group with this slug; of any group where it is empty."""
    return models.Q(group__slug=group) if group else models.Q()


def q_as(role: str) -> models.Q:
    """Memberships with this role; with any role where it is empty."""
    return models.Q(role=role) if role else models.Q()


class PersonQuerySet(PublishableQuerySet):
    def _memberships(self, condition: models.Q) -> models.Exists:
        return models.Exists(Membership.objects.filter(condition, person=models.OuterRef("pk")))

    def members(self) -> PersonQuerySet:
        """Everyone with a membership, past, present or future."""
        return self.filter(self._memberships(models.Q()))

    def current(self, on: datetime.date, *, group: str = "", role: str = "") -> PersonQuerySet:
        """Members whose membership (of `group`, as `role`) covers the day `on`."""
        return self.filter(self._memberships(q_active(on) & q_in(group) & q_as(role)))

    def upcoming(self, on: datetime.date, *, group: str = "", role: str = "") -> PersonQuerySet:
        """Members who are not here (in `group`) on the day `on`, but will come (back), as `role`."""
        here = self._memberships(q_active(on) & q_in(group))
        return self.filter(self._memberships(q_upcoming(on) & q_in(group) & q_as(role))).exclude(here)

    def alumni(self, on: datetime.date, *, group: str = "", role: str = "") -> PersonQuerySet:
        """Members who were here (in `group`) as `role`, have left by the day `on` and are not due back."""
        here_or_due = self._memberships((q_active(on) | q_upcoming(on)) & q_in(group))
        return self.filter(self._memberships(q_in(group) & q_as(role))).exclude(here_or_due)

    def search(self, words: str) -> PersonQuerySet:
        """People one of whose public names holds every word; accents, case and script do not matter."""
        found = self
        for word in read_question(words).words[:MAX_TERMS]:
            named = PersonName.objects.filter(person=models.OuterRef("pk"), is_public=True, search_text__contains=word)
            found = found.filter(models.Q(search_text__contains=word) | models.Exists(named))
        return found

    def with_memberships(self) -> PersonQuerySet:
        """Loads every membership with its group and the group's organization in one more query."""
        memberships = Membership.objects.select_related("group__organization")
        return self.prefetch_related(models.Prefetch("memberships", memberships))


class CVStyle(models.TextChoices):
    """How a curriculum vitae is made from the record."""

    FULL = "full", _("Full")
    SHORT = "short", _("Two pages")
    PUBLICATIONS = "publications", _("Publication list")
    BIOSKETCH = "biosketch", _("Biosketch")


class Person(Publishable):
    """Somebody with a page: a member, or somebody a member worked with. Two people may bear the same name."""

    NATURAL_KEY = ("slug",)

    slug = models.SlugField(max_length=80, unique=True, help_text=_("The end of their address: /people/…/"))
    name = models.CharField(
        _("full name"), max_length=200, help_text=_("As it is printed on the site, in Latin letters.")
    )
    given_name = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(
        max_length=120, blank=True, help_text=_("Lists sort by this; where it is empty, by the last word of the name.")
    )
    native_name = models.CharField(
        _("name in native script"), max_length=120, blank=True, help_text=_("Printed behind the name, e.g. 张逸骅.")
    )
    native_language = models.CharField(
        max_length=12, blank=True, help_text=_("Its language, e.g. zh-Hans: screen readers need it.")
    )
    honorific = models.CharField(max_length=30, blank=True, help_text=_("Printed on their own page only, e.g. Dr."))
    pronouns = models.CharField(max_length=40, blank=True, help_text=_("Shown only if given, e.g. she/her."))
    pronunciation = models.CharField(
        max_length=120, blank=True, help_text=_("How to say the name, e.g. ee-HWAH jahng.")
    )
    orcid = OrcidField(
        _("ORCID iD"),
        blank=True,
        help_text=_("0000-0000-0000-0000; the whole address may be pasted."),
    )
    headline = models.CharField(
        max_length=200, blank=True, help_text=_("What they work on in a few words; printed on their card.")
    )
    bio = models.TextField(_("biography"), blank=True, help_text=_("In Markdown, on top of their page."))
    identity_note = models.TextField(
        blank=True, help_text=_("For editors only: how we know who this is, e.g. an inference from an address.")
    )

    status_text = models.CharField(
        max_length=300, blank=True, help_text=_("A banner on their page, e.g. “On the job market for autumn 2026”.")
    )
    status_is_shown = models.BooleanField(_("show the status banner"), default=False)

    photo = models.ImageField(
        upload_to=photo_path,
        blank=True,
        validators=[validate_photo],
        help_text=_("JPEG, PNG or WebP up to 40 megapixels. Camera and place data are removed."),
    )
    photo_alt = models.CharField(
        _("photo description"),
        max_length=200,
        blank=True,
        help_text=_("What the photo shows, for people who cannot see it."),
    )
    photo_focus_x = models.PositiveSmallIntegerField(
        _("focus from left, %"), default=50, validators=[MaxValueValidator(100)]
    )
    photo_focus_y = models.PositiveSmallIntegerField(
        _("focus from top, %"), default=50, validators=[MaxValueValidator(100)]
    )
    photo_consent = models.BooleanField(
        _("agreed to show the photo"), default=False, help_text=_("Without this the photo is not shown to anyone.")
    )

    email = models.EmailField(_("e-mail"), blank=True)
    email_visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    phone = models.CharField(max_length=40, blank=True, help_text=_("Never shown to the public."))
    phone_visibility = models.CharField(
        max_length=8, choices=[choice for choice in Visibility.choices if choice[0] != "public"],
        default=Visibility.PRIVATE,
    )  # fmt: skip
    office = models.TextField(_("office address"), blank=True, help_text=_("One line each."))
    office_visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)

    show_profile_card = models.BooleanField(
        default=True, help_text=_("The box with photo, role and links on their page.")
    )
    show_links = models.BooleanField(default=True, help_text=_("Their web and social links."))
    show_news = models.BooleanField(default=True, help_text=_("News that mention them, on their page."))
    show_selected = models.BooleanField(
        _("show selected publications"), default=True, help_text=_("A short list above all their publications.")
    )

    kept_out_of_search = models.BooleanField(
        _("keep out of search engines"), default=False,
        help_text=_("Their page, CV and picture ask search engines not to list them."),
    )  # fmt: skip

    cv_style = models.CharField(
        _("style of the CV"),
        max_length=12,
        choices=CVStyle,
        default=CVStyle.FULL,
        help_text=_("What visitors get who do not choose another."),
    )
    cv_hidden = models.JSONField(
        _("left out of the CV"),
        default=list,
        blank=True,
        help_text=_('Sections their CV does not show, as a list: ["skills", "talks"].'),
    )

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="person",
        help_text=_("The account with which they edit this profile."),
    )
    sort_key = DerivedTextField(source="make_sort_key")
    search_text = DerivedTextField(source="make_search_text")

    objects = NaturalKeyManager.from_queryset(PersonQuerySet)()
    history = HistoricalRecords(excluded_fields=["sort_key", "search_text"])

    class Meta:
        ordering = ["sort_key", "slug"]
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["is_published", "slug"]),
            models.Index(fields=["sort_key", "slug"], name="people_person_by_name"),
        ]
        permissions = [("read_private_history", "Can read what private fields said before")]
        constraints = [
            models.UniqueConstraint(
                name="people_person_orcid_unique",
                fields=["orcid"],
                condition=~models.Q(orcid=""),
                violation_error_message=_("Another person has this ORCID iD."),
            ),
            models.CheckConstraint(
                name="people_person_phone_never_public",
                condition=~models.Q(phone_visibility=Visibility.PUBLIC),
                violation_error_message=_("A phone number is never shown to the public."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        name = clean_text(self.name)
        if self.name and not is_visible(name):
            raise ValidationError({"name": gettext("Give a name that can be read.")})
        self.name = name
        if self.photo and not self.photo_alt:
            raise ValidationError({"photo_alt": gettext("Describe the photo for people who cannot see it.")})

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return address_of("people:person", self.slug)

    def make_sort_key(self) -> str:
        family = self.family_name or (self.name.split() or [""])[-1]
        return fold(f"{family} {self.given_name or self.name}")

    def make_search_text(self) -> str:
        return fold(f"{self.name} {self.given_name} {self.family_name} {self.native_name}")

    @property
    def initials(self) -> str:
        """Up to two letters that stand in for a missing photo."""
        return initials_of(self.name)

    @property
    def tint(self) -> int:
        """The number of the ground behind their initials."""
        return tint_of(self.slug)

    def shows(self, field: str, viewer: Any) -> bool:
        """Whether `viewer` (a user, signed in or not) may read the private field `email`, `phone` or `office`."""
        if not getattr(self, field):
            return False
        visibility = getattr(self, f"{field}_visibility")
        if visibility == Visibility.PUBLIC:
            return True
        if not viewer.is_authenticated:
            return False
        return visibility == Visibility.MEMBERS or self.is_managed_by(viewer)

    def is_managed_by(self, viewer: Any) -> bool:
        """Whether `viewer` is an editor or this person.

        A member's account may view and change people too, narrowed to itself: only adding people marks an editor.
        """
        return viewer.is_authenticated and (viewer.pk == self.user_id or viewer.has_perm("people.add_person"))


class PersonName(models.Model):
    """Another name of a person. A former one is never shown as theirs and never found by visitors.

    Names printed on publications are not touched by this: they are what was printed.
    """

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Published as")
        FORMER = "former", _("Former name")
        NATIVE = "native", _("Native script")
        NICKNAME = "nickname", _("Nickname")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PUBLISHED)
    is_public = models.BooleanField(
        _("public"),
        default=True,
        help_text=_(
            "Whether visitors find the person, and papers linked to them, by this name. Never for former names."
        ),
    )
    search_text = DerivedTextField(source="make_search_text")

    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                name="people_personname_once",
                fields=["person", "kind", "name"],
                violation_error_message=_("This name is listed already."),
            ),
            models.CheckConstraint(
                name="people_personname_former_not_public",
                condition=~models.Q(kind="former") | models.Q(is_public=False),
                violation_error_message=_("A former name is never public: untick “public”."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.name = clean_text(self.name)
        if self.kind == self.Kind.FORMER and self.is_public:
            raise ValidationError({"is_public": gettext("A former name is never public: untick this.")})

    def make_search_text(self) -> str:
        return fold(self.name)


class ProfileLink(models.Model):
    """A web or social link of a person. Some documents name a link without its address: then only the label shows."""

    class Kind(models.TextChoices):
        WEBSITE = "website", _("Website")
        BLOG = "blog", _("Blog")
        SCHOLAR = "google-scholar", _("Google Scholar")
        SEMANTIC_SCHOLAR = "semantic-scholar", _("Semantic Scholar")
        DBLP = "dblp", _("DBLP")
        OPENREVIEW = "openreview", _("OpenReview")
        GITHUB = "github", _("GitHub")
        LINKEDIN = "linkedin", _("LinkedIn")
        MASTODON = "mastodon", _("Mastodon")
        BLUESKY = "bluesky", _("Bluesky")
        X = "x", _("X")
        WECHAT = "wechat", _("WeChat")
        OTHER = "other", _("Other")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.WEBSITE)
    url = WebAddressField(_("address"), help_text=_("Leave empty if only the name of the link is known."))
    label = models.CharField(max_length=120, blank=True, help_text=_("Printed instead of the kind."))
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.text

    ICONS = {
        Kind.BLOG: "blog", Kind.SCHOLAR: "scholar", Kind.SEMANTIC_SCHOLAR: "scholar", Kind.DBLP: "papers",
        Kind.OPENREVIEW: "papers", Kind.GITHUB: "code", Kind.LINKEDIN: "network", Kind.MASTODON: "talk",
        Kind.BLUESKY: "talk", Kind.X: "talk", Kind.WECHAT: "talk", Kind.WEBSITE: "website",
    }  # fmt: skip

    @property
    def text(self) -> str:
        return self.label or self.get_kind_display()

    @property
    def icon(self) -> str:
        """The name of its symbol in `icons.svg`."""
        return self.ICONS.get(self.kind, "link")


class ProfileSection(Publishable):
    """A block of a person's page with a heading of its own: highlights, interests, skills, collaboration."""

    class Kind(models.TextChoices):
        RESEARCH = "research", _("Research statement")
        INTERESTS = "interests", _("Research interests")
        SKILLS = "skills", _("Skills")
        CONTACT = "contact", _("Collaboration and contact")
        OTHER = "other", _("Anything else")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(
        max_length=10,
        choices=Kind,
        default=Kind.OTHER,
        help_text=_("Decides where it stands on the page and in the CV."),
    )
    heading = models.CharField(max_length=200)
    body = models.TextField(_("text"), help_text=_("In Markdown."))
    order = models.PositiveSmallIntegerField(default=0, help_text=_("Lower numbers come first."))

    objects = PublishableQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.heading


class OldAddress(models.Model):
    """A path of a former website that leads to a person's page from now on."""

    NATURAL_KEY = ("path",)

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="old_addresses")
    path = models.CharField(
        max_length=200, unique=True, help_text=_("Begins with a slash, e.g. /about.html; used only where no page is.")
    )

    objects = NaturalKeyManager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["path"]
        verbose_name_plural = _("old addresses")

    def __str__(self) -> str:
        return self.path

    def natural_key(self) -> tuple[str]:
        return (self.path,)

    def clean(self) -> None:
        super().clean()
        problem = problem_of_path(self.path)
        if problem:
            raise ValidationError({"path": problem})
