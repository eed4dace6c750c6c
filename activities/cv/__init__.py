"""A person's curriculum vitae, made from their record: one document, printed as a page and as a PDF file."""
