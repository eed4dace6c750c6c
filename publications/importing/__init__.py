"""Bringing publications in: entry → record → plan → apply → report, and back.

`fitting` cuts a record to what a publication can hold, `venue_names` finds its venue, `matching` the publication it is,
`comparing` what it says otherwise; `planning` puts these together and writes nothing. `applying` (with `updating` and
`linking`) does what a plan says, `undoing` takes it back, `runs` carries an import from its file to its report.
"""
