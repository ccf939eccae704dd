"""Recomputes the best fitness so far of each individual after an earlier fitness changed.

A leader whose further repeats say less was never as good as it looked: what was the best at each moment follows from
what is known now, so that it never falls.
"""

from search.database import statements


def renew_best_so_far(experiment_id: int) -> None:
    """Write the running maximum over the order of completion into every row of an experiment where it differs."""
    statements.change(_RENEW, [experiment_id, experiment_id])


_RENEW = """
UPDATE search_individual SET best_so_far = found.best
FROM (
  SELECT id, MAX(fitness) OVER (ORDER BY place, id ROWS UNBOUNDED PRECEDING) AS best
  FROM (
    SELECT i.id, i.fitness, COALESCE(i.completion, (
      SELECT MAX(m.completion) FROM search_individual m
      WHERE m.experiment_id = i.experiment_id AND m.completion IS NOT NULL AND m.finished_at <= i.finished_at
    ) + 0.5, -0.5) AS place
    FROM search_individual i WHERE i.experiment_id = %s AND i.state = 'done'
  ) placed
) found
WHERE search_individual.id = found.id AND search_individual.experiment_id = %s
  AND (search_individual.best_so_far IS NULL OR search_individual.best_so_far <> found.best)
"""
"""One that never wins a tournament has no place in the order of completion: it stands behind the last that was complete
when it ended."""
