"""Social cards: the picture by which other sites show a link to a page of ours. Made here, from the record."""
