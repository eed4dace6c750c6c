"""The members' own corner: everything a signed-in member does with their own record, at `/my/…`."""
