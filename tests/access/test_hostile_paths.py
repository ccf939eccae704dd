"""Text that becomes a path stays below its folder."""

from pathlib import Path

import pytest
from django.test import Client
from pydantic import ValidationError
from pytest_django.fixtures import Settings

from search.artifacts.checkpoints import repeat_checkpoint
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import is_folder
from search.models import Experiment
from search.training.data import locations
from search.training.data.locations import image_folder
from tests.api.conftest import Api

OUTSIDE = (
    "..",
    ".",
    "../secret",
    "..\\secret",
    "/etc",
    "//etc",
    "a/../../etc",
    "a/b",
    "~root",
    "",
    ".hidden",
    "-rf",
    "a\x00b",
    "a\n",
    "colours\n",
    "C:\\Windows",
    "file:///etc",
    "%2e%2e",
    "a" * 65,
)


@pytest.fixture(autouse=True)
def without_accounts(settings: Settings) -> None:
    settings.ACCOUNTS = False


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_folder_of_images_is_one_plain_name(name: str) -> None:
    assert not is_folder(f"folder:{name}")
    with pytest.raises(ValidationError, match="unknown data set"):
        Protocol.model_validate({"dataset": f"folder:{name}"})


@pytest.mark.parametrize("name", ["colours", "a..b", "A-1_x.y", "0"])
def test_a_plain_name_lies_right_below_the_data_folder(name: str) -> None:
    assert is_folder(f"folder:{name}")
    assert image_folder(f"folder:{name}").resolve().parent == locations.HERE.data.resolve()


@pytest.mark.django_db
@pytest.mark.parametrize("name", OUTSIDE)
def test_neither_a_page_nor_the_api_looks_elsewhere(api: Api, name: str) -> None:
    refused = api.post(
        "/experiments", {"preset": "quick", "overrides": {"protocol": {"dataset": f"folder:{name}"}}}
    )
    assert refused.status == 422
    assert not Experiment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["..", "%2e%2e", "..%2f..", "%252e%252e", "....//", "..\\..", ".%00."])
@pytest.mark.parametrize(
    "address",
    [
        "/static/{way}/manage.py",
        "/static/{way}/nasweb/settings.py",
        "/genotypes/{way}.json",
        "/api/v1/genotypes/{way}/drawings/{way}.svg",
        "/api/v1/genotypes/{way}/network.py",
        "/api/v1/evaluations/{way}/repeats/{way}/weights.pt",
        "/motifs/{way}/",
    ],
)
def test_an_address_leads_to_no_file_outside(client: Client, address: str, way: str) -> None:
    answer = client.get(address.format(way=way))
    assert answer.status_code in (400, 404, 422)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    assert b"SECRET_KEY" not in content
    assert b"DJANGO_SETTINGS_MODULE" not in content


def test_a_checkpoint_lies_right_below_its_folder(settings: Settings, tmp_path: Path) -> None:
    """Its name is made of keys; what an import brings as keys is compared with what it computes."""
    settings.CHECKPOINT_DIR = tmp_path
    path = repeat_checkpoint(phenotype_key="0" * 32, protocol_key="f" * 32, repeat=1).path
    assert path.parent == tmp_path


@pytest.mark.django_db
def test_a_download_has_a_name_of_ours(api: Api, search: Experiment) -> None:
    Experiment.objects.update(name='../../evil"; filename="x.exe')
    for ending in ("individuals.csv", "individuals.jsonl", "export"):
        response = api.client.get(f"/api/v1/experiments/{search.pk}/{ending}")
        name = response.headers["Content-Disposition"]
        assert name.startswith(f'attachment; filename="experiment-{search.pk}.')
        assert "evil" not in name
        assert b"".join(response)  # read to its end, an export gives its place back
