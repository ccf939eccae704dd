"""While one search proposes many networks, each drawn at length, others can write on SQLite too: case 16."""

import threading

import pytest
from django.db import connection

from search import services
from search.models import Experiment
from tests.search.searching import created, small_config, started

MANY = {"initial_mutations": 100_000, "initial_population": 2000}


@pytest.mark.django_db(transaction=True)
def test_a_search_that_proposes_at_length_is_changed_and_stopped_by_its_owner() -> None:
    heavy = started(small_config(individuals=2000, in_flight=2000, strategy=MANY))
    other = created(small_config(individuals=3))
    begun, refused = threading.Event(), list[Exception]()

    def propose() -> None:
        try:
            while services.advance_for_a_while(experiment_id=heavy.pk, proposals=2, seconds=0.2).more:
                begun.set()
        except Exception as error:
            refused.append(error)
        finally:
            begun.set()
            connection.close()

    proposing = threading.Thread(target=propose)
    proposing.start()
    assert begun.wait(300)
    # Each would wait for the whole of 2,000 proposals, and be refused after 20 s, if they were one lock.
    services.start_experiment(experiment_id=other.pk)
    services.pause_experiment(experiment_id=heavy.pk)
    services.resume_experiment(experiment_id=heavy.pk)
    services.stop_experiment(experiment_id=heavy.pk)
    proposing.join(300)
    assert not proposing.is_alive()
    assert refused == []
    stopped = Experiment.objects.get(pk=heavy.pk)
    assert stopped.state == "stopped"
    assert stopped.proposed < 2000
