"""Records as tables that a spreadsheet opens: CSV and XLSX out, and in again with a preview of what would change.

`files` and `workbooks` read and write bytes, `cells` what one cell says, `columns` and `lookups` tie cells to records,
`resource` plans and writes rows, `matching` chooses the record of a row, `pages` shows it all in the admin.
"""
