"""A publication, its identifiers, links, distinctions and notices."""

from __future__ import annotations

import json

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.dates import EDTFField, known, validate_not_far_off
from labsite.lib.documents import address_of_document
from labsite.lib.models import NaturalKeyManager, Publishable, WebAddressField
from labsite.lib.text import DerivedTextField, clean_text, fold, is_visible, match_key
from labsite.lib.web import address_of
from publications.identifiers import Scheme, identifier_url, normalize_identifier
from publications.models.venue import Topic, Venue
from publications.printing import rate_text
from publications.queries import PublicationQuerySet


class Publication(Publishable):
    """A paper, thesis or other work. What its authors are is in `Authorship`, in order."""

    NATURAL_KEY = ("slug",)

    class Kind(models.TextChoices):
        CONFERENCE_PAPER = "conference-paper", _("Conference paper")
        WORKSHOP_PAPER = "workshop-paper", _("Workshop paper")
        JOURNAL_ARTICLE = "journal-article", _("Journal article")
        PREPRINT = "preprint", _("Preprint")
        REPORT = "report", _("Technical report")
        THESIS = "thesis", _("Thesis")
        PROPOSAL = "proposal", _("Dissertation proposal")
        BOOK = "book", _("Book")
        CHAPTER = "chapter", _("Book chapter")
        DATASET = "dataset", _("Dataset")
        SOFTWARE = "software", _("Software")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        PUBLISHED = "published", _("Published")
        ACCEPTED = "accepted", _("Accepted")
        SUBMITTED = "submitted", _("Submitted")
        PREPRINT = "preprint", _("Preprint")

    class Listing(models.TextChoices):
        AUTOMATIC = "automatic", _("If a member is among the authors")
        ALWAYS = "always", _("Always")
        NEVER = "never", _("Never")

    slug = models.SlugField(max_length=80, unique=True, help_text=_("The end of its address: /publications/…/"))
    kind = models.CharField(_("type"), max_length=18, choices=Kind, default=Kind.CONFERENCE_PAPER)
    title = models.CharField(max_length=500)
    title_is_description = models.BooleanField(
        default=False, help_text=_("Tick if the source states no title: ours is then printed in square brackets.")
    )
    short_title = models.CharField(max_length=120, blank=True, help_text=_("A nickname it is known by, e.g. SalUn."))
    other_titles = models.JSONField(
        default=list, blank=True, help_text=_('Other titles it was announced under, as a list: ["…", "…"].')
    )
    year = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1400), validate_not_far_off],
        help_text=_("The year of the venue, not of the preprint. Empty goes to “undated”."),
    )
    date = EDTFField(_("publication date"))
    preprint_date = EDTFField(
        "preprint date",
        help_text=_(
            "Year, month or day, as exact as it is known: 2024, 2024-05 or 2024-05-31. Never used to filter by year."
        ),
    )
    preprint_date_text = models.CharField(
        _("preprint date as printed"),
        max_length=60,
        blank=True,
        help_text=_("For a date without a year, e.g. 7 April."),
    )
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="publications")
    venue_text = models.CharField(
        _("venue as printed"), max_length=300, blank=True, help_text=_("Printed on the paper's page and in citations.")
    )
    track = models.CharField(max_length=60, blank=True, help_text=_("E.g. Main, Datasets and Benchmarks."))
    status = models.CharField(max_length=10, choices=Status, default=Status.PUBLISHED)
    institution = models.CharField(max_length=200, blank=True, help_text=_("Where a thesis or report was written."))
    volume = models.CharField(max_length=40, blank=True)
    issue = models.CharField(max_length=40, blank=True)
    pages = models.CharField(max_length=60, blank=True)
    article_number = models.CharField(max_length=40, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True, help_text=_("In plain words, for visitors from outside the field."))
    abstract = models.TextField(blank=True, help_text=_("As published."))
    content_warning = models.CharField(max_length=200, blank=True, help_text=_("Printed above summary and abstract."))
    note = models.CharField(max_length=500, blank=True, help_text=_("Printed on the paper's page."))
    editor_note = models.TextField(blank=True, help_text=_("For editors only, e.g. what two sources disagree on."))
    has_code = models.BooleanField(
        _("code is available"), default=False, help_text=_("Shows a “Code” badge, also where no link is known.")
    )
    is_selected = models.BooleanField(
        _("selected"), default=False, help_text=_("On the home page and on top of its authors' pages.")
    )
    listing = models.CharField(
        _("in the public list"), max_length=9, choices=Listing, default=Listing.AUTOMATIC,
        help_text=_("It shows on its authors' pages in any case."),
    )  # fmt: skip
    author_list_complete = models.BooleanField(
        default=True, help_text=_("Untick if only some authors are known: the page says “et al.”.")
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="publications")
    bibtex_key = models.CharField(
        _("BibTeX key"),
        max_length=120,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_:.+/-]+$", _("Use letters, digits and _ : . + / - only."))],
        help_text=_("The name under which it is cited. Where it is empty, the end of its address serves."),
    )
    extra = models.JSONField(default=dict, blank=True, help_text=_("BibTeX fields we do not know, kept word for word."))
    raw_record = models.JSONField(
        default=dict, blank=True, help_text=_("What the sources printed, e.g. their venue tags.")
    )
    # Derived from the notices with the digest (publications.digests), so that its name alone can say it.
    is_retracted = models.BooleanField(_("retracted"), default=False, editable=False)
    search_text = DerivedTextField(source="make_search_text")
    match_key = DerivedTextField(source="make_match_key")

    objects = NaturalKeyManager.from_queryset(PublicationQuerySet)()
    history = HistoricalRecords(excluded_fields=["search_text", "match_key", "is_retracted"], m2m_fields=[topics])

    class Meta:
        # Newest first; what has no year is newer than anything printed.
        ordering = [models.F("year").desc(nulls_first=True), models.F("date").desc(nulls_last=True), "title", "id"]
        indexes = [
            models.Index(fields=["is_published", "-year"]),
            models.Index(fields=["venue", "-year"]),
            models.Index(fields=["kind", "-year"]),
            models.Index(fields=["match_key"]),
            models.Index(fields=["is_selected"], condition=models.Q(is_selected=True), name="publications_selected"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="publications_publication_bibtex_key_unique",
                fields=["bibtex_key"],
                condition=~models.Q(bibtex_key=""),
                violation_error_message=_("Another publication has this BibTeX key."),
            )
        ]

    def __str__(self) -> str:
        return self.mark(self.short_title or self.title)

    def mark(self, name: str) -> str:
        """`name` with a word in front if the publication was retracted: everywhere it appears, it says so."""
        return gettext("[Retracted] %(name)s") % {"name": name} if self.is_retracted else name

    def clean(self) -> None:
        super().clean()
        title = clean_text(self.title)
        if self.title and not is_visible(title):
            raise ValidationError({"title": gettext("Give a title that can be read.")})
        self.title = title
        if not isinstance(self.other_titles, list) or not all(isinstance(item, str) for item in self.other_titles):
            raise ValidationError({"other_titles": gettext('Write a list of texts: ["First", "Second"].')})
        date = known(self.date)
        if date and self.year and date.year != self.year:
            raise ValidationError(
                {
                    "date": gettext("The date is in %(year)s, but the year says %(year_2)s.")
                    % {"year": date.year, "year_2": self.year}
                }
            )

        key = self.citation_key
        if key and Publication.objects.with_citation_key(key).exclude(pk=self.pk).exists():
            field = "bibtex_key" if self.bibtex_key else "slug"
            raise ValidationError(
                {field: gettext("Another publication is cited as “%(key)s”: choose another.") % {"key": key}}
            )

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return address_of("publications:publication", self.slug)

    @property
    def citation_key(self) -> str:
        """Its key in every export: stable as long as nobody changes it, and no other publication's."""
        return self.bibtex_key or self.slug

    def make_search_text(self) -> str:
        parts = [self.title, self.short_title, *self.other_titles, self.summary, self.abstract, self.venue_text]
        return fold(" ".join(parts))

    def make_match_key(self) -> str:
        return match_key(self.title)

    stored_row = ""  # the digest's row as JSON, where `publications.lines` has loaded it

    @property
    def row(self) -> dict:
        """What one line of a list prints. Reads self.digest; one that is missing is a line of the title alone."""
        if self.stored_row:
            return json.loads(self.stored_row)
        digest = getattr(self, "digest", None)
        return (
            digest.row if digest else {"slug": self.slug, "title": self.display_title, "name": str(self), "authors": []}
        )

    @property
    def display_title(self) -> str:
        return f"[{self.title}]" if self.title_is_description else self.title

    @property
    def marked_title(self) -> str:
        """The title for places other than its own page."""
        return self.mark(self.display_title)

    @property
    def venue_tag(self) -> str:
        """The short form beside a title: “NeurIPS 2024”, “Preprint”. Reads self.venue."""
        name = self.venue.label if self.venue else self.venue_text or self.get_kind_display()
        return f"{name} {self.year}" if self.year else name

    @property
    def code_link(self) -> Link | None:
        """The first address of its code, which the “Code” badge leads to. Reads self.links."""
        return next((link for link in self.links.all() if link.kind == Link.Kind.CODE), None)

    @property
    def is_workshop_paper(self) -> bool:
        """Whether it counts as a workshop paper, by its type or its venue. Reads self.venue."""
        return self.kind == self.Kind.WORKSHOP_PAPER or bool(self.venue and self.venue.is_workshop)

    @property
    def has_retraction(self) -> bool:
        """Whether a notice takes it back. Reads self.notices."""
        return any(notice.kind == Notice.Kind.RETRACTION for notice in self.notices.all())

    @property
    def badge_text(self) -> str:
        """Few words for tight places: its nickname, or the start of its title, with venue and year."""
        name = self.short_title or Truncator(self.title).words(6)
        return f"{self.mark(name)} · {self.venue_tag}"


class Identifier(models.Model):
    """A number of the publication in somebody's register, in its normal form. One publication may have several."""

    Scheme = Scheme

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=16, choices=Scheme)
    value = models.CharField(
        max_length=300, help_text=_("The whole address may be pasted: it is cut to the identifier.")
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(
                name="publications_identifier_once",
                fields=["scheme", "value"],
                violation_error_message=_("A publication with this identifier exists already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.value}"

    def clean(self) -> None:
        super().clean()
        if not self.value:
            return  # its own field says so
        try:
            self.value = normalize_identifier(self.scheme, self.value)
        except ValueError as error:
            raise ValidationError({"value": str(error)}) from error

    @property
    def url(self) -> str:
        return identifier_url(self.scheme, self.value)


class Link(models.Model):
    """A web address that belongs to a publication, or a document of it that the site keeps itself."""

    class Kind(models.TextChoices):
        PDF = "pdf", _("PDF")
        CODE = "code", _("Code")
        DATA = "data", _("Data")
        PROJECT = "project", _("Project page")
        PUBLISHER = "publisher", _("Publisher")
        SLIDES = "slides", _("Slides")
        POSTER = "poster", _("Poster")
        VIDEO = "video", _("Video")
        WORKSHOP = "workshop", _("Workshop")
        REPOSITORY = "repository", _("Repository record")
        OTHER = "other", _("Link")

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PDF)
    url = WebAddressField(_("address"), help_text=_("Leave empty where a document is uploaded."))
    document = models.ForeignKey(
        "labsite.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="publication_links"
    )
    label = models.CharField(max_length=80, blank=True, help_text=_("Printed instead of the kind."))
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                name="publications_link_once",
                fields=["publication", "kind", "url"],
                condition=~models.Q(url=""),
                violation_error_message=_("This link is listed already."),
            ),
            models.CheckConstraint(
                name="publications_link_address_or_document",
                condition=(~models.Q(url="") & models.Q(document__isnull=True))
                | models.Q(url="", document__isnull=False),
                violation_error_message=_("Give an address or a document, one of the two."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return self.label or self.get_kind_display()

    @property
    def address(self) -> str:
        """Where it leads: elsewhere, or to the path of a document here."""
        return address_of_document(self.document_id) if self.document_id else self.url


class Distinction(models.Model):
    """What a venue said of a paper: an oral, a spotlight, a prize; with the rate, as numbers."""

    class Kind(models.TextChoices):
        BEST_PAPER = "best-paper", _("Best paper award")
        RUNNER_UP = "best-paper-runner-up", _("Best paper runner-up")
        ORAL = "oral", _("Oral")
        SPOTLIGHT = "spotlight", _("Spotlight")
        HIGHLIGHT = "highlight", _("Highlight")
        HONOURABLE_MENTION = "honourable-mention", _("Honourable mention")
        OTHER = "other", _("Other")

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="distinctions")
    kind = models.CharField(max_length=22, choices=Kind)
    label = models.CharField(max_length=120, blank=True, help_text=_("Printed instead of the kind."))
    rate_percent = models.DecimalField(
        _("rate, %"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Share of submissions, as printed."),
    )
    selected = models.PositiveIntegerField(_("papers selected"), null=True, blank=True)
    submissions = models.PositiveIntegerField(_("papers submitted"), null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                name="publications_distinction_selected_of_submissions",
                condition=models.Q(selected__isnull=True)
                | models.Q(submissions__isnull=True)
                | models.Q(selected__lte=models.F("submissions")),
                violation_error_message=_("More papers were selected than submitted."),
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return self.label or self.get_kind_display()

    @property
    def rate(self) -> str:
        """The rate in words: “1.7% of 8,620 submissions”, “0.4%, 61 of 15,671”; empty where none is known."""
        return rate_text(
            f"{self.rate_percent.normalize():f}" if self.rate_percent is not None else "",
            self.selected,
            self.submissions,
        )


class Notice(models.Model):
    """A dated statement that changes how the publication is to be read."""

    class Kind(models.TextChoices):
        RETRACTION = "retraction", _("Retraction")
        CONCERN = "concern", _("Expression of concern")
        ERRATUM = "erratum", _("Erratum")
        CORRECTION = "correction", _("Correction")

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind)
    date = EDTFField(_("date"))
    text = models.TextField(_("what it says"), blank=True)
    url = WebAddressField(_("address"))

    history = HistoricalRecords()

    class Meta:
        ordering = [models.F("date").desc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return self.get_kind_display()
