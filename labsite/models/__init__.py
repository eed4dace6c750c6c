"""What the site says about itself, and what its editors decided about its records."""

from labsite.models.decisions import Dismissal, LinkCheck, Merge
from labsite.models.erasure import Erasure
from labsite.models.forms import SubmittedForm
from labsite.models.site import LabProfile, Page
from labsite.models.version import ContentVersion

__all__ = ["ContentVersion", "Dismissal", "Erasure", "LabProfile", "LinkCheck", "Merge", "Page", "SubmittedForm"]
