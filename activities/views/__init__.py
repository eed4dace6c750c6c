"""What visitors are answered about what happened."""
