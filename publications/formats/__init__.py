"""Readers and writers of bibliographic formats. Pure: text to records and back, no database, no request."""
