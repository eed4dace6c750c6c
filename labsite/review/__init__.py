"""What an editor might mend, found anew whenever it is asked for. Each module is a group of checks."""
