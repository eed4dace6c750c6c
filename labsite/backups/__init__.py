"""The whole site in one file, and back: `manage.py backup`, `restore` and `restore_drill`.

An archive is a ZIP of tables as lines of JSON, of files and of a manifest (`archive`, `manifest`), perhaps encrypted
(`encryption`). It belongs to no kind of database: what SQLite gave, PostgreSQL takes, and the other way round
(`values`). docs/backup.md is the operator's guide.
"""
