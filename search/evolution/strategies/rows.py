"""Registry of strategies. A new one is a module, a row here and a line in docs/strategies.md.

Form, REST, summary, help and `manage.py strategies` read it. Must import neither Django nor torch.
"""

from dataclasses import dataclass
from typing import Any, Literal

from search.evolution.strategies.aging_evolution import AgingConfig, AgingEvolution
from search.evolution.strategies.base import Strategy
from search.evolution.strategies.bayesian import BayesianConfig
from search.evolution.strategies.coevolution import Coevolution, CoevolutionConfig
from search.evolution.strategies.crossover import CrossoverConfig, GeneticCrossover
from search.evolution.strategies.drafted import Drafted
from search.evolution.strategies.edit_controller import EditController, EditsConfig
from search.evolution.strategies.embedding import EmbeddingConfig
from search.evolution.strategies.halving import HalvingConfig
from search.evolution.strategies.pairs import PairEvolution, PairsConfig
from search.evolution.strategies.pareto import ParetoConfig, ParetoEvolution
from search.evolution.strategies.ppo import PpoConfig
from search.evolution.strategies.progressive import ProgressiveConfig, SimpleFirst
from search.evolution.strategies.q_learning import QLearningConfig
from search.evolution.strategies.random_search import RandomConfig, RandomSearch
from search.evolution.strategies.reinforce import ReinforceConfig
from search.evolution.strategies.settings import StrategyConfig
from search.evolution.strategies.tournament_evolution import EvolutionConfig, TournamentEvolution
from search.evolution.strategies.tree_search import TreeSearchConfig

Runs = Literal["step", "worker"]
LIU = "Liu et al. 2018, Hierarchical Representations for Efficient Architecture Search"


@dataclass(frozen=True)
class StrategyRow:
    """One strategy: what it is, whose it is, what it can be told, where it runs."""

    title: str
    paper: str
    description: str
    settings: type[StrategyConfig]
    strategy: type[Strategy[Any]] = Drafted
    """Proposes within the step; of a learned one what proposes while the model has nothing to say."""
    learner: str = ""
    """The dotted path of what learns, which only workers load; empty: nothing does."""

    @property
    def kind(self) -> str:
        return str(self.settings.model_fields["kind"].default)

    @property
    def runs(self) -> Runs:
        return "worker" if self.learner else "step"


ROWS: tuple[StrategyRow, ...] = (
    StrategyRow(
        "Evolution",
        LIU,
        "mutates the winner of a tournament; nobody is ever removed.",
        EvolutionConfig,
        TournamentEvolution,
    ),
    StrategyRow(
        "Aging evolution",
        "Real et al. 2018, Regularized Evolution for Image Classifier Architecture Search (AmoebaNet)",
        "tournaments in which only the youngest compete, as many as there are initial networks.",
        AgingConfig,
        AgingEvolution,
    ),
    StrategyRow(
        "Random search",
        LIU,
        "draws anew each time: the baseline that every other strategy has to beat.",
        RandomConfig,
        RandomSearch,
    ),
    StrategyRow(
        "Random search with halving",
        "Li et al. 2017, Hyperband; Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning (ASHA)",
        "draws anew each time, and trains only the best on from rung to rung.",
        HalvingConfig,
        RandomSearch,
    ),
    StrategyRow(
        "Large-scale evolution",
        "Real et al. 2017, Large-Scale Evolution of Image Classifiers",
        "draws pairs: the worse one leaves, the better one is mutated.",
        PairsConfig,
        PairEvolution,
    ),
    StrategyRow(
        "Genetic crossover",
        "Xie & Yuille 2017, Genetic CNN",
        "exchanges motifs between two parents, aligned first, or mutates one; parents are drawn by roulette.",
        CrossoverConfig,
        GeneticCrossover,
    ),
    StrategyRow(
        "Coevolution",
        "Miikkulainen et al. 2017, Evolving Deep Neural Networks (CoDeepNEAT)",
        "evolves cells and motifs beside each other; each is worth what the networks that carry it are worth.",
        CoevolutionConfig,
        Coevolution,
    ),
    StrategyRow(
        "Pareto evolution",
        "Elsken et al. 2018, Efficient Multi-objective Neural Architecture Search via Lamarckian Evolution (LEMONADE)",
        "mutates the networks that none beats in fitness and cost at once, rather where they are rare.",
        ParetoConfig,
        ParetoEvolution,
    ),
    StrategyRow(
        "Edit controller",
        "Cai et al. 2018, Efficient Architecture Search by Network Transformation (EAS)",
        "grows small networks by edits that keep what they compute; a controller learns which edits pay.",
        EditsConfig,
        EditController,
    ),
    StrategyRow(
        "REINFORCE",
        "Zoph & Le 2016, Neural Architecture Search with Reinforcement Learning (NAS-RL)",
        "a controller chooses edge by edge and is rewarded by the fitness of what it chose.",
        ReinforceConfig,
        learner="search.learning.reinforce.Reinforce",
    ),
    StrategyRow(
        "PPO",
        "Zoph et al. 2017, Learning Transferable Architectures for Scalable Image Recognition (NASNet); "
        "Schulman et al. 2017, Proximal Policy Optimization Algorithms",
        "a controller chooses edge by edge, and each batch of results moves its probabilities by clipped steps.",
        PpoConfig,
        learner="search.learning.ppo.Ppo",
    ),
    StrategyRow(
        "Q-learning",
        "Baker et al. 2017, Designing Neural Network Architectures Using Reinforcement Learning (MetaQNN); "
        "Zhong et al. 2018, Practical Block-wise Neural Network Architecture Generation (Block-QNN-A)",
        "learns what each choice is worth, and draws ever fewer choices at random.",
        QLearningConfig,
        learner="search.learning.q_learning.QLearning",
    ),
    StrategyRow(
        "Monte Carlo tree search",
        "Negrinho & Gordon 2017, DeepArchitect; Wang et al. 2018, AlphaX",
        "grows a tree of choices where the networks below were good or few.",
        TreeSearchConfig,
        learner="search.learning.tree_search.TreeSearch",
    ),
    StrategyRow(
        "Progressive search",
        "Liu C. et al. 2017, Progressive Neural Architecture Search (PNAS)",
        "grows simple networks stage by stage; an ensemble of predictors says which of them are trained.",
        ProgressiveConfig,
        SimpleFirst,
        "search.learning.surrogates.progressive.Progressive",
    ),
    StrategyRow(
        "Bayesian optimisation",
        "Jin et al. 2018, Auto-Keras; Ru et al. 2021, NAS-BOWL; Schrodi et al. 2023, Construction of Hierarchical NAS "
        "Search Spaces based on Context-free Grammars",
        "a Gaussian process predicts candidates and how sure that is; the most promising are trained.",
        BayesianConfig,
        learner="search.learning.surrogates.bayesian.Bayesian",
    ),
    StrategyRow(
        "Steps in an embedding",
        "Luo et al. 2018, Neural Architecture Optimization (NAO)",
        "embeds networks, steps up the predicted fitness and decodes where it arrives.",
        EmbeddingConfig,
        learner="search.learning.surrogates.embedding.Embedding",
    ),
)
STRATEGIES: dict[str, StrategyRow] = {row.kind: row for row in ROWS}
