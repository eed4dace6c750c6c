"""How much work strangers may have done: by network, all together, and by one query.

Counted in seconds that a thread is busy, not in requests: a campus behind one address reads on, a machine that asks for
every combination of filters does not. docs/security.md says what the bounds are.
"""
