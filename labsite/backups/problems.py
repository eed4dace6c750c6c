"""What stops a backup or a restore."""

from __future__ import annotations


class BackupProblem(Exception):
    """What is wrong with which archive, file or table, and the mend, in one line for the operator."""
