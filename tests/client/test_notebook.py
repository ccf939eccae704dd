"""The notebook in docs/ does what it says, against a live server with a worker."""

import nbformat
import pytest
from nbclient import NotebookClient
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.conftest import StartWorker
from tests.processes import ROOT

PAGE = ROOT / "docs/tour.ipynb"
pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_the_tour_searches_plots_edits_the_best_motif_and_evaluates_the_edit(
    live_server: LiveServer, start_worker: StartWorker
) -> None:
    start_worker()
    book = nbformat.read(PAGE, as_version=4)
    address = next(cell for cell in book.cells if cell.id == "address")
    address.source = address.source.replace("http://127.0.0.1:8000", live_server.url)
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(PAGE.parent)}}).execute()
    shown = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    kinds = {kind for output in shown for kind in output.get("data", {})}
    assert {"image/png", "image/svg+xml", "text/html"} <= kinds
    experiment = Experiment.objects.get()
    assert (experiment.name, experiment.state) == ("A tour", "finished")
    assert experiment.individuals.exclude(origin="confirmation").count() == 31
    human = experiment.individuals.get(origin="human")
    assert human.parent is not None
    assert human.fitness is not None
    said = "".join(output.text for output in shown if output.get("name") == "stdout")
    assert f"{human.parent.fitness:.4f} → {human.fitness:.4f}" in said


def test_it_is_kept_without_what_it_printed() -> None:
    book = nbformat.read(PAGE, as_version=4)
    assert [cell.id for cell in book.cells if cell.get("outputs")] == []
