"""Pages: final evaluations of a search's networks, and the result of one."""
