"""What a notebook shows of the client's objects: motifs are drawn, and nothing that people wrote becomes markup."""

import pytest

from nasweb.client import Client
from search.models import Experiment

pytestmark = pytest.mark.django_db(transaction=True)


def html(shown: object) -> str:
    """As a notebook asks for it."""
    found: str = getattr(shown, "_repr_html_")()  # noqa: B009 - the protocol's name, not a private of ours
    return found


def test_an_experiment_shows_where_it_stands_and_the_motifs_of_its_best(
    server: Client, search: Experiment
) -> None:
    Experiment.objects.update(name="<b>bold</b>")
    experiment = server.experiments.get(search.pk)
    shown = html(experiment)
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown
    assert "<b>" not in shown
    assert "finished, 12 of 12 networks evaluated, 0 failed" in shown
    best = experiment.best
    assert best is not None
    assert f"best #{best.step} with {100 * (best.fitness or 0):.2f} %" in shown
    motifs = [row for row in server.genotypes.motifs(best.genotype_key) if row["uses"]]
    assert shown.count("<svg") == min(len(motifs), 12)
    assert html(server.genotypes.show(best.genotype_key)) in shown


def test_individuals_are_a_table_of_the_first_ones(server: Client, search: Experiment) -> None:
    shown = html(server.experiments.get(search.pk).individuals(sort="-fitness", limit=5))
    assert shown.count("<tr>") == 1 + 5
    assert "and more" not in shown
    first = server.experiments.get(search.pk).individuals(sort="-fitness").first()
    assert first is not None
    assert first.text in shown
