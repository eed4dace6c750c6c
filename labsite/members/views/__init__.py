"""Pages of the members' own corner. Each reaches the signed-in member's own record only."""
