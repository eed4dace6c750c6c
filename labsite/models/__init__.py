"""What the site says about itself, and what its editors decided about its records."""

from labsite.models.decisions import Dismissal, LinkCheck, Merge
from labsite.models.site import LabProfile, Page

__all__ = ["Dismissal", "LabProfile", "LinkCheck", "Merge", "Page"]
