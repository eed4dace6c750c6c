"""Looks at the whole installation and says what to mend: `manage.py doctor`. Changes nothing.

`findings` is what a check says, `examination` runs all of them; each other module looks at one thing.
"""
