"""The public site as files that any web space can serve: `manage.py publish`.

Pages are made by the site itself, which is asked as a visitor would (`visiting`). What each of them was made from is
remembered (`watching`, `memory`), so that the next run makes those anew that may have changed, and no others (`run`).
A file server knows no query strings: `layout` says which address becomes which file, `rewriting` puts that into pages,
and `browsing` writes what scripts need to filter and search in the browser.
"""

PUBLISHED = "labsite.published"  # in a request's META where its answer becomes a file
