"""Processes that are killed: deeds of the site in processes of their own, and what is left of them."""
