"""Experiments on a surrogate are made over the API as all others are."""

import pytest

from tests.api.conftest import Api
from tests.tables.made_sample import DOCUMENT, NAME


@pytest.mark.django_db
def test_an_experiment_on_the_surrogate_is_created_by_the_api(api: Api) -> None:
    made = api.post("/experiments", {"config": DOCUMENT, "start": True})
    assert made.status == 201
    assert made["config"]["protocol"]["evaluator"] == {"kind": "surrogate", "sample": NAME}
    pair = {"levels": [{"motifs": 3, "nodes": 4}, {"motifs": 2, "nodes": 4}], "reduction_cell": True}
    refused = api.post("/experiments", {"config": {**DOCUMENT, "space": pair}})
    assert refused.status == 422
    assert "evaluator 'surrogate' knows networks of one cell" in refused["errors"][0]["message"]
