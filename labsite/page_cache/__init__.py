"""Whole public pages, kept in the memory of each process and answered before Django is asked.

`triggers` keep the content version, `versions` read it, `marking` says which views may be kept, `keys` says which
requests ask for the same page, `pages` and `memory` hold them, `conditions` decides on 304, `layer` is the WSGI
application around Django's.
"""
