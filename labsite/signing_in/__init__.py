"""Who may come in: passwords, second factors, sign-in at another server, sessions, and the log of all that.

Content knows nothing of this. The pages stand at `/login/…` and `/my/signing-in/…`; docs/signing-in.md explains them.
"""
