"""The methods of shared training, by the name that the document gives."""

from search.training.supernets.methods import Darts, Enas, Fabric, Gdas, Method
from search.training.supernets.smash import Smash

METHODS: dict[str, type[Method]] = {
    "random": Method,
    "enas": Enas,
    "darts": Darts,
    "gdas": Gdas,
    "fabric": Fabric,
    "smash": Smash,
}
