"""Which genotypes may be proposed, with what is known of those that may, and how much work finding one may take."""

from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import is_countable, network_cost, within_limit
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Infeasible, TooAlike, build_phenotype
from search.evolution.strategies import NoCandidate
from search.services.decisions.refusing import Refusals
from search.services.proposing.individuals import Candidate

MOST_OPERATIONS = 400_000
"""Of all networks that are built for one proposal: 800 of the paper's cells, some seconds."""
TOO_ALIKE_OPERATIONS = 20_000
"""What a network counts whose operations could not be told apart: it took most of a second to find that out."""
TOO_MUCH_WORK = (
    "no acceptable network was found among candidates of {work:,} operations in all; raise the space's max_parameters, "
    "or use a smaller space"
)
NOT_ACCEPTABLE = "the strategy proposed {text}, which builds no network or exceeds the parameter limit"


class Candidates:
    """Accepts what can be built within the limit, and remembers the phenotype of what it accepted."""

    def __init__(self, host: Host, max_parameters: int | None, refusals: Refusals | None) -> None:
        self._work = 0
        self._host = host
        self._max_parameters = max_parameters
        self._refusals = refusals
        self._accepted: dict[Genotype, Candidate] = {}

    def accept(self, genotype: Genotype) -> bool:
        try:
            phenotype = build_phenotype(genotype)
        except TooAlike:
            self._spend(TOO_ALIKE_OPERATIONS)
            return False
        except Infeasible:
            return False
        self._spend(len(phenotype.all_operations))
        if not within_limit(phenotype, self._max_parameters):
            return False
        cost = network_cost(phenotype, self._host)
        if not is_countable(cost) or (self._refusals is not None and self._refusals.refuses(cost)):
            return False
        self._accepted[genotype] = Candidate(genotype, phenotype, cost)
        return True

    def costs(self, genotype: Genotype) -> dict[str, float]:
        known = self.candidate(genotype)
        return {
            "parameters": known.cost.parameters,
            "multiply_adds": known.cost.multiply_adds,
            "depth": known.phenotype.depth,
        }

    def _spend(self, operations: int) -> None:
        """Counted, not timed: the same seed gives the same search on any machine. Raises NoCandidate."""
        self._work += operations
        if self._work > MOST_OPERATIONS:
            raise NoCandidate(TOO_MUCH_WORK.format(work=MOST_OPERATIONS))

    def candidate(self, genotype: Genotype) -> Candidate:
        """Raises NoCandidate for what a strategy proposes and may not."""
        if genotype not in self._accepted and not self.accept(genotype):
            raise NoCandidate(NOT_ACCEPTABLE.format(text=genotype.text))
        return self._accepted[genotype]
