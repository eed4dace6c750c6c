"""Two people edit one record: what each form was made from, what became of it since, and how both edits become one.

Pure of any one model: `GuardedAdmin` (guarding.py) is under every admin that changes anything.
"""
