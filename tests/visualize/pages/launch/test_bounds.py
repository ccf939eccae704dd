"""Bounds of the form's numbers: those of the configuration, in the form's own units."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from search.models import Experiment
from search.selectors.experiments import unused_name
from visualize.pages.launch.form import LaunchForm
from visualize.pages.shared.bounds import Bounds, bounds_of, field_at

pytestmark = pytest.mark.django_db


def test_a_fraction_of_the_configuration_is_bounded_in_per_cent() -> None:
    bounds = bounds_of(field_at("decisions.proxy_share"), per_cent=True)
    assert bounds is not None
    assert (bounds.low, bounds.high) == (0, 100)
    with pytest.raises(ValidationError, match="not 500"):
        bounds(500)


@pytest.mark.parametrize(
    "bounds,text",
    [
        (Bounds(1, 1000, False), "from 1 to 1,000"),
        (Bounds(0, None, True), "above 0"),
        (Bounds(0, 1.5, True), "above 0 and up to 1.5"),
        (Bounds(None, 3, False), "of at most 3"),
        (Bounds(2, None, False), "of at least 2"),
    ],
)
def test_bounds_say_what_would_be_right(bounds: Bounds, text: str) -> None:
    assert str(bounds) == text


def test_number_fields_carry_their_bounds_for_the_browser() -> None:
    attributes = LaunchForm.base_fields["individuals"].widget.attrs
    assert (attributes["min"], attributes["max"]) == ("1", "1000000")
    assert LaunchForm.base_fields["seed"].widget.attrs["min"] == "0"
    assert "max" not in LaunchForm.base_fields["seed"].widget.attrs


def test_a_bound_itself_is_allowed_unless_the_number_must_lie_above_it() -> None:
    Bounds(1, 3, False)(1)
    Bounds(1, 3, False)(3)
    for value in (0.5, 1, 3.5):
        with pytest.raises(ValidationError):
            Bounds(1, 3, True)(value)


def test_a_new_experiment_gets_a_name_that_no_other_has(client: Client) -> None:
    assert unused_name("Quick demo") == "Quick demo"
    for name in ("Quick demo", "Quick demo 7", "Quick demonstration", "Another"):
        Experiment.objects.create(name=name, config={}, individuals_planned=1)
    assert unused_name("Quick demo") == "Quick demo 8"
    assert 'value="Quick demo 8"' in client.get("/experiments/new/").content.decode()


def test_after_an_error_the_preset_stays_chosen(client: Client) -> None:
    page = client.post("/experiments/new/?preset=paper-random-200", {"name": ""}).content.decode()
    assert 'href="?preset=paper-random-200" aria-current="true"' in page
