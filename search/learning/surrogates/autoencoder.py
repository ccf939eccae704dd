"""Encoder, predictor and decoder trained together (Luo et al. 2018, section 3; methods B12). Needs numpy.

Tokens -> one-hot -> encoder -> embedding of length 1 -> predictor -> fitness, and -> decoder -> a distribution over the
operations of each place. Loss: share * squared error + (1 - share) * cross entropy. Departs from the paper: a genotype
has a fixed number of places that each have their own choices, so encoder and decoder are fully connected over all
places instead of LSTMs along them, and a place never chooses what it does not have.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.learning.base import Tick
from search.learning.surrogates.dense import Adam, Dense

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
HIDDEN, EMBEDDING, PREDICTOR = 96, 48, 200
BATCH, RATE, DECAY, LONGEST = 100, 1e-3, 1e-4, 5.0
"""As published: Adam's rate, decay of weights, longest gradient."""


@dataclass(frozen=True)
class Passed:
    """What a forward pass leaves for the backward one."""

    encoder: list[Floats]
    length: Floats
    """Of what the encoder gave, [1, N, 1]."""
    embedding: Floats
    predictor: list[Floats]
    decoder: list[Floats]


class Autoencoder:
    """Of genotypes whose place g may carry choices[g] operations."""

    def __init__(self, choices: Integers, share: float, rng: np.random.Generator) -> None:
        self.choices, self.share = choices, share
        self.offsets = np.concatenate([[0], np.cumsum(choices)])
        """Columns of a place's operations."""
        width = int(self.offsets[-1])
        self._allowed = np.arange(int(choices.max())) < choices[:, None]
        """[places, most choices]."""
        self.encoder = Dense([width, HIDDEN, EMBEDDING], 1, rng)
        self.predictor = Dense([EMBEDDING, PREDICTOR, PREDICTOR, 1], 1, rng)
        self.decoder = Dense([EMBEDDING, HIDDEN, width], 1, rng)

    @property
    def parameters(self) -> list[Floats]:
        return [*self.encoder.parameters, *self.predictor.parameters, *self.decoder.parameters]

    def one_hot(self, tokens: Integers) -> Floats:
        """[N, places] -> [N, columns]."""
        rows = np.zeros((len(tokens), int(self.offsets[-1])))
        np.put_along_axis(rows, tokens + self.offsets[:-1], 1.0, axis=1)
        return rows

    def forward(self, rows: Floats) -> Passed:
        """Of one-hot rows [N, columns]."""
        encoder = self.encoder.forward(rows)
        length = np.sqrt(np.sum(encoder[-1] ** 2, axis=-1, keepdims=True)) + 1e-9
        embedding = encoder[-1] / length
        return Passed(
            encoder, length, embedding, self.predictor.forward(embedding), self.decoder.forward(embedding)
        )

    def embed(self, tokens: Integers) -> Floats:
        """[N, places] -> [N, EMBEDDING], of length 1."""
        embedded: Floats = self.forward(self.one_hot(tokens)).embedding[0]
        return embedded

    def predict(self, embedding: Floats) -> Floats:
        """[N, EMBEDDING] -> [N]."""
        predicted: Floats = self.predictor(embedding)[0, :, 0]
        return predicted

    def uphill(self, embedding: Floats) -> Floats:
        """The gradient of the prediction by the embedding, [N, EMBEDDING]."""
        passed = self.predictor.forward(embedding[None])
        slope: Floats = self.predictor.backward(passed, np.ones_like(passed[-1]))[1][0]
        return slope

    def decode(self, embedding: Floats) -> Integers:
        """The likeliest operation of each place: [N, EMBEDDING] -> [N, places]."""
        likeliest: Integers = np.argmax(self._by_place(self.decoder(embedding)[0]), axis=2)
        return likeliest

    def _by_place(self, columns: Floats) -> Floats:
        """[N, columns] -> [N, places, most choices]; what a place does not have is minus infinity."""
        spread = np.full((len(columns), *self._allowed.shape), -np.inf)
        spread[:, self._allowed] = columns
        return spread

    def loss(self, tokens: Integers, targets: Floats) -> float:
        """Of [N, places] and [N]."""
        passed = self.forward(self.one_hot(tokens))
        error = passed.predictor[-1][0, :, 0] - targets
        logs = self._log_chances(passed.decoder[-1][0])
        chosen = np.take_along_axis(logs, tokens[:, :, None], axis=2)
        return float(self.share * np.mean(error**2) - (1 - self.share) * np.mean(chosen))

    def _log_chances(self, columns: Floats) -> Floats:
        logits = self._by_place(columns)
        logits -= logits.max(axis=2, keepdims=True)
        logs: Floats = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
        return logs

    def gradients(self, tokens: Integers, targets: Floats) -> list[Floats]:
        """Of the loss, in the order of `parameters`."""
        rows = self.one_hot(tokens)
        passed = self.forward(rows)
        size, places = tokens.shape
        error = passed.predictor[-1] - targets[None, :, None]
        by_predictor, through_predictor = self.predictor.backward(
            passed.predictor, 2 * self.share * error / size
        )
        chances = np.exp(self._log_chances(passed.decoder[-1][0]))[:, self._allowed]
        wrong = (1 - self.share) * (chances - rows)[None] / (size * places)
        by_decoder, through_decoder = self.decoder.backward(passed.decoder, wrong)
        slope = through_predictor + through_decoder
        # Of v / |v|: what points along v is lost.
        along = np.sum(slope * passed.embedding, axis=-1, keepdims=True)
        by_encoder, _ = self.encoder.backward(
            passed.encoder, (slope - along * passed.embedding) / passed.length
        )
        return [*by_encoder, *by_predictor, *by_decoder]

    def train(
        self, tokens: Integers, targets: Floats, epochs: int, rng: np.random.Generator, tick: Tick
    ) -> None:
        """Adam over shuffled batches."""
        adam = Adam(RATE, DECAY, LONGEST)
        for _ in range(epochs):
            tick()
            order = rng.permutation(len(tokens))
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                adam.step(self.parameters, self.gradients(tokens[batch], targets[batch]))

    def reproduced(self, tokens: Integers) -> float:
        """Share of the places that are decoded to what was encoded."""
        return float(np.mean(self.decode(self.embed(tokens)) == tokens))
