"""Networks are taken away as PyTorch code and weights."""

import ast
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from search.artifacts.weights import keep_weights
from search.models import Evaluation, Experiment
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation(search: Experiment, settings: Settings, tmp_path: Path) -> Evaluation:
    settings.CHECKPOINT_DIR = tmp_path
    row = Evaluation.objects.filter(state="done").first()
    assert row is not None
    return row


def test_an_evaluation_s_network_comes_in_the_protocol_s_host(api: Api, evaluation: Evaluation) -> None:
    answer = api.get(f"/evaluations/{evaluation.pk}/network.py")
    assert answer.headers["Content-Type"] == "text/x-python; charset=utf-8"
    assert f"network_{evaluation.phenotype_key[:8]}.py" in answer.headers["Content-Disposition"]
    text = answer.content.decode()
    ast.parse(text)
    assert "FullConvolution(1, 4),  # 4 x 8 x 8" in text  # digits: 8 pixels, one channel
    assert f"# Genotype: {evaluation.genotype.text}" in text


def test_a_genotype_s_network_comes_in_any_host(api: Api, evaluation: Evaluation) -> None:
    address = f"/genotypes/{evaluation.genotype.key}/network.py"
    assert "FullConvolution(3, 16),  # 16 x 32 x 32" in api.get(address).content.decode()
    large = api.get(address, host="large", channels=8, cells=2, classes=100).content.decode()
    assert "classes: int = 100" in large
    assert large.count("            Cell(") == 6
    assert api.get(address, host="huge").status == 422


def test_kept_weights_come_as_a_file_and_are_told(api: Api, evaluation: Evaluation) -> None:
    address = f"/evaluations/{evaluation.pk}"
    assert [row["weights"] for row in api.get(address)["repeats"]] == [False]
    assert api.get(f"{address}/repeats/0/weights.pt").status == 404
    keys = {"phenotype_key": evaluation.phenotype_key, "protocol_key": evaluation.protocol_key}
    keep_weights(**keys, repeat=0, weights=b"the weights")
    assert [row["weights"] for row in api.get(address)["repeats"]] == [True]
    response = api.client.get(f"/api/v1{address}/repeats/0/weights.pt")
    assert b"".join(response.streaming_content) == b"the weights"  # type: ignore[attr-defined]
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert api.get(f"{address}/repeats/1/weights.pt").status == 404
    assert api.get(f"{address}/repeats/16/weights.pt").status == 422


def test_what_does_not_exist_is_not_found(api: Api, search: Experiment) -> None:
    assert api.get("/evaluations/4711/network.py").status == 404
    assert api.get("/evaluations/4711/repeats/0/weights.pt").status == 404
    assert api.get(f"/genotypes/{'0' * 32}/network.py").status == 404
