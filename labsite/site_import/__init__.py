"""Moving in: a site of another template → plain records → plan → apply → report, and back.

`records` is what every reader yields; `layouts` know the templates and write nothing; the rest never sees a template.
"""
