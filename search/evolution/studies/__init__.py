"""Studies: several searches or final evaluations that answer one question together (cells = configurations x seeds)."""
