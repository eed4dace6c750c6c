"""Who changed what: one list over all tables of history, for editors."""
