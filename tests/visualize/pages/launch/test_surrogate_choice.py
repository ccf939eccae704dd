"""The launch form offers a surrogate where there is a sample to fit it on."""

from pathlib import Path
from uuid import uuid4

import pytest

from search.evolution.experiments.config import experiment_config
from search.tables import reports
from tests.tables.made_sample import DOCUMENT, NAME, write_sample
from visualize.pages.launch.form import LaunchForm, initial_values


@pytest.mark.django_db
def test_the_form_offers_the_surrogate_where_there_is_a_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "FOLDER", tmp_path)
    assert "urrogate of" not in str(LaunchForm()["table"])
    write_sample(tmp_path)
    assert f"Surrogate of {NAME}: predicted, not measured" in str(LaunchForm()["table"])
    config = experiment_config(DOCUMENT)
    values = {**initial_values(config), "name": "On a surrogate", "token": str(uuid4())}
    assert values["table"] == f"surrogate {NAME}"
    empty = LaunchForm()
    sent = {name: empty.fields[name].prepare_value(value) for name, value in values.items()}
    form = LaunchForm(
        {name: value for name, value in sent.items() if value is not None and value is not False}
    )
    assert form.is_valid(), form.errors
    assert form.config.protocol.evaluator == config.protocol.evaluator
