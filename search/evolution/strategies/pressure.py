"""How hard a tournament presses: the chance that each rank wins. Must import neither Django nor torch."""

from search.evolution.strategies.population import chance_of_fittest, chance_of_rank, tournament_size
from search.evolution.strategies.report import Report, Table, per_cent

RANKS = (1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 500, 1000)


def pressure(population: int, fraction: float, probability: float = 1.0) -> Report:
    """For a population of that size, as it is now."""
    if not population:
        return Report((("Tournament", "none yet: nobody is evaluated"),))
    count = tournament_size(population, fraction)
    fittest = chance_of_fittest(max(1, population // 10), population, count, probability)
    rows = tuple(
        (f"rank {rank}", per_cent(chance_of_rank(rank - 1, population, count, probability)))
        for rank in RANKS
        if rank <= population
    )
    facts = (
        ("Tournament", f"{count} of {population}"),
        ("One of the fittest tenth wins", per_cent(fittest)),
    )
    return Report(facts, (Table("Chance to become the next parent", ("Fitness", "Chance"), rows),))
