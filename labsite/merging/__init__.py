"""Merging two records that are one: people, organizations, venues, publications. See docs/merging.md.

`plan_merge` reads and says what would happen, `merge` does it, `undo` takes it back, also days later.
"""

from labsite.merging.acts import merge
from labsite.merging.plans import MERGEABLE, MergePlan, MergeRefused, plan_merge
from labsite.merging.undoing import undo

__all__ = ["MERGEABLE", "MergePlan", "MergeRefused", "merge", "plan_merge", "undo"]
