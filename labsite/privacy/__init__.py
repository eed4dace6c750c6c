"""What a person may ask of us: to be forgotten, and not to be kept longer than needed (docs/privacy.md)."""
