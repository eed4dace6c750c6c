"""What visitors are answered about people and groups."""
