"""What visitors and machines are answered: pages and files."""

from publications.filters import FACETS, SINGLES

# The parts of a query string that what is listed depends on; the list itself also turns pages.
SELECTION = (*FACETS, *SINGLES)
PLACES = ("page", "after", "before")
