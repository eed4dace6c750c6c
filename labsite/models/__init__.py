"""What the site says about itself, and what its editors decided about its records."""

from labsite.models.decisions import Dismissal, LinkCheck, Merge
from labsite.models.documents import Document
from labsite.models.erasure import Erasure
from labsite.models.forms import SubmittedForm
from labsite.models.moving import OldPath, SiteImport, SiteOrigin
from labsite.models.site import LabProfile, Page
from labsite.models.version import ContentVersion

__all__ = [
    "ContentVersion", "Dismissal", "Document", "Erasure", "LabProfile", "LinkCheck", "Merge", "OldPath", "Page",
    "SiteImport", "SiteOrigin", "SubmittedForm",
]  # fmt: skip
