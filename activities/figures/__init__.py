"""Four figures of the lab: papers, co-authors, members and awards, each with a picture, a table and a sentence.

One module counts each of them (`publications`, `coauthors`, `members`, `awards`), `columns` and `network` draw,
`catalogue` knows them by name.
"""
