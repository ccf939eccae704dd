"""Glossary: terms and explanations; pages link here from a term's first use (`{% term "motif" %}`)."""

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
    ("normal cell", "Of a pair of cells the one that stands everywhere but before the host’s reductions."),
    (
        "reduction cell",
        "Of a pair of cells (NASNet) the last one of each group: the host’s convolution after it halves the images.",
    ),
    ("cell depth", "Operations on the longest path through one cell."),
    ("network depth", "Operations on the longest path through the whole network: its cells and its host."),
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
    ("cutout", "A square of each training image is blanked at a random place (DeVries & Taylor 2017)."),
    (
        "label smoothing",
        "A share of the training target is spread evenly over all classes, so that no network learns to be certain.",
    ),
    (
        "drop path",
        "Training leaves out operations of a cell at random, for each image by itself, and scales up the others.",
    ),
    (
        "weight averaging",
        "A moving average of the weights over the steps is what is scored and kept, instead of the last weights.",
    ),
    (
        "resized crop",
        "A random part of a training image, of random size and shape, resampled to one size: for large images (Szegedy "
        "et al. 2015).",
    ),
    (
        "ten crops",
        "Four corners, the centre and the mirror image of each are scored, and their class probabilities averaged.",
    ),
    (
        "mixed precision",
        "Operations of a training in bfloat16 with weights in float32: faster on GPUs. Scores are taken in float32.",
    ),
    (
        "auxiliary head",
        "A second classifier that reads the network at two thirds of its cells and adds its loss to the training; it "
        "is thrown away, and its parameters are not the network's.",
    ),
    (
        "learning rate schedule",
        "How the learning rate falls during a training: multiplied by a factor after given steps (step drops, as "
        "published), or along half a cosine to nearly zero at the last step, so that short trainings end settled.",
    ),
    (
        "fitness",
        "Mean accuracy on validation images over the protocol's repeats. The test set is never touched.",
    ),
    (
        "benchmark table",
        "Every network of a small search space with its trainings, so that a search on it takes seconds and everybody "
        "measures on the same numbers.",
    ),
    (
        "surrogate",
        "A model that was fitted on a sample of trained networks and predicts fitness for all others of their space. "
        "It trains nothing: what it says is a guess with drawn noise, and never ranked with trainings.",
    ),
    (
        "final evaluation",
        "A chosen network is trained on all training images and scored once a run on the test set, which no search "
        "reads: the number to report. Fitness chose the network, so it flatters it.",
    ),
    (
        "supernet",
        "One large network that holds the weights of every network of a search space; each genotype uses its own part "
        "of them.",
    ),
    (
        "shared training",
        "The training of a supernet, by gates, a controller or random sampling, together with what chooses its "
        "networks. Afterwards any network of the space is scored in seconds.",
    ),
    (
        "hypernetwork",
        "A small network that emits the weights of another one from a description of it, so that every network of a "
        "search space has weights without being trained (SMASH).",
    ),
    (
        "shared score",
        "Accuracy of a network with the weights of a shared training. It is no fitness from scratch: the two are shown "
        "beside each other and never ranked together.",
    ),
    (
        "confusion matrix",
        "A row for each class: which classes its test images are taken for. Right answers stand on the diagonal.",
    ),
    (
        "league",
        "All strategies on one benchmark table at equal numbers of trainings, with many seeds, beside random search.",
    ),
    (
        "regret",
        "How far a network's mean test accuracy lies below that of the best network of a benchmark table.",
    ),
    (
        "evaluation",
        "One network under one protocol: the unit of work that a worker claims, trains and reports.",
    ),
    ("experiment", "One search: a space, a strategy, a protocol, a budget and a seed."),
    (
        "study",
        "Several experiments that answer one question together: started with one button, watched and reported on one "
        "page, with the differences between their configurations and what chance alone would make of them.",
    ),
    (
        "study part",
        "One configuration of a study with one seed: an ordinary experiment, and the test score of its best network.",
    ),
    (
        "device hours",
        "Time of training summed over all devices: two of them for half an hour are one device hour. A search or a "
        "study may have a budget of them, and a price turns them into money.",
    ),
    (
        "p-value",
        "How often noise alone would make a difference at least as large as the one measured. Small values speak "
        "against chance; of twenty differences between equals, one lies below 0.05.",
    ),
    (
        "individual",
        "One genotype at one step of one experiment, with its parent and the mutation that made it.",
    ),
    (
        "twin",
        "An individual that shares its evaluation with an earlier one of its experiment, because both build the same "
        "network. Tables show one row for both; rank and “fitter than” count networks.",
    ),
    (
        "strategy",
        "What proposes the next genotype: evolution in several forms, models that learn what is worth trying, and "
        "random search as the baseline.",
    ),
    (
        "learned strategy",
        "One that proposes from a model. A worker fits the model to what has been evaluated and makes drafts ahead.",
    ),
    (
        "draft genotype",
        "A genotype that a learned strategy has proposed ahead and that no step has taken yet.",
    ),
    ("mutation", "One edge of one motif gets another operation: added, altered or removed."),
    (
        "early decision",
        "What a search decides before a network is trained to its end: to stop it, to let it wait, to repeat it later. "
        "It ends an individual, never somebody else's evaluation.",
    ),
    ("tournament", "A few evaluated individuals are drawn at random; the fittest becomes a parent."),
    ("generation", "How many mutations lie between an individual and its first ancestor."),
    (
        "multiply-adds",
        "Multiplications with an addition that one image costs on its way through the network.",
    ),
)

TERMS: tuple[Term, ...] = tuple(Term(name, meaning) for name, meaning in _ROWS)

_PLAIN = (
    (
        "noise",
        "What training the same network again with another seed changes. Differences within it say nothing of two "
        "networks; intervals and repeats show how large it is.",
    ),
    (
        "Pareto front",
        "Networks that no other one beats in both fitness and cost. Each is the best for somebody.",
    ),
    (
        "preset",
        "A ready-made configuration of a search: it fills the form, and every field may still be changed.",
    ),
    ("seed", "A number from which all chance of a search or a training follows: the same seed repeats it."),
    (
        "worker",
        "A process, on this machine or another one, that takes evaluations from the queue and trains them.",
    ),
)
"""Words that pages use as everybody does: explained on the help page, linked nowhere."""

ALL_WORDS: tuple[Term, ...] = tuple(
    sorted((*TERMS, *(Term(name, meaning) for name, meaning in _PLAIN)), key=lambda row: row.name.lower())
)
"""For the help page, in the order of the alphabet."""
