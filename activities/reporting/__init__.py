"""What the lab did in a period, as one table of sections that every form of the report prints."""
