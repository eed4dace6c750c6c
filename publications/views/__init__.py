"""What visitors and machines are answered: pages and files."""
