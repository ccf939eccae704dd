"""The words of the system, explained once; pages link here from a term's first use (`{% term "motif" %}`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    name: str
    meaning: str

    @property
    def anchor(self) -> str:
        return self.name.replace(" ", "-")


_ROWS = (
    ("primitive", "A basic operation such as a 3×3 separable convolution. “None” means no edge."),
    (
        "motif",
        "A small graph. Its nodes are feature maps in a fixed order, its edges carry operations of the level below. "
        "A node joins all that its edges bring, channel after channel.",
    ),
    ("level", "Height in the hierarchy. Primitives are level 1; the cell is the top."),
    ("cell", "The one motif of the top level. It is placed several times into the host."),
    ("genotype", "All motifs of all levels: what is mutated, stored, edited and pasted."),
    (
        "phenotype",
        "The network that a genotype really builds, without dead edges and unused motifs. Different genotypes "
        "may build the same one; they share their fitness, so nothing is trained twice.",
    ),
    (
        "host",
        "The fixed network that cells are placed in: a convolution, cells with halvings between, a classifier.",
    ),
    ("search space", "How many levels, motifs and nodes a genotype has, and which primitives it may use."),
    ("protocol", "How a network is trained and scored: data set, host, steps, learning rate, repeats."),
    (
        "fitness",
        "Mean accuracy on validation images over the protocol's repeats. The test set is never touched.",
    ),
    (
        "evaluation",
        "One network under one protocol: the unit of work that a worker claims, trains and reports.",
    ),
    ("experiment", "One search: a space, a strategy, a protocol, a budget and a seed."),
    (
        "individual",
        "One genotype at one step of one experiment, with its parent and the mutation that made it.",
    ),
    (
        "strategy",
        "What proposes the next genotype: tournament evolution, aging evolution (only the youngest compete), or "
        "random search as the baseline.",
    ),
    ("mutation", "One edge of one motif gets another operation: added, altered or removed."),
    (
        "early decision",
        "What a search decides before a network is trained to its end: to stop it, to let it wait, to repeat it later. "
        "It ends an individual, never somebody else's evaluation; all are off at first.",
    ),
    ("tournament", "A few evaluated individuals are drawn at random; the fittest becomes a parent."),
    ("generation", "How many mutations lie between an individual and its first ancestor."),
    (
        "multiply-adds",
        "Multiplications with an addition that one image costs on its way through the network.",
    ),
)

TERMS: tuple[Term, ...] = tuple(Term(name, meaning) for name, meaning in _ROWS)
