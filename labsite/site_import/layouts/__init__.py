"""A reader for each template: which files say what. Pure: no database."""
