"""The page of a benchmark table: what it tells, and the league of all strategies on it."""
