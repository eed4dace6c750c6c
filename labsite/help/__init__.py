"""The guides and the other documents of `docs/`, as pages of the site at `/help/`, with a search."""
