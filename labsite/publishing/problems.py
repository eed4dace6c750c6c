"""What stops a run, in words for whoever started it."""


class PublishingError(Exception):
    """Nothing more is written; what was written before stays, and the next run goes on from there."""
