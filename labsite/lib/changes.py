"""The signal for writes that Django sends none for."""

from django.dispatch import Signal

# Sent with `instances`, all of the model `sender`, by whoever writes records in bulk: what is derived follows them.
records_written = Signal()

# Somebody no longer agrees that their photo is shown: `instance` is their record, before it is saved without it. What
# else remembers a photo of theirs forgets it.
consent_withdrawn = Signal()
