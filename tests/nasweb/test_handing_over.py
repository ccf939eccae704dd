"""A frozen broker keeps a thread of the web server for two seconds, not for thirty."""

import socket
import threading

import pytest
from celery import Celery

from nasweb import celery as ours
from search import tasks
from tests.processes import eventually


def test_a_message_that_nobody_takes_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never says a word
        app = Celery("web", broker=f"redis://127.0.0.1:{silent.getsockname()[1]}/0", set_as_current=False)
        app.conf.broker_transport_options = {"socket_timeout": 3600, "visibility_timeout": 77}
        monkeypatch.setattr(ours, "app", app)
        monkeypatch.setattr(ours, "HAND_OVER_SECONDS", 0.3)
        ours.hand_over_soon()
        assert app.conf.broker_transport_options["visibility_timeout"] == 77

        class Task:
            name = "search.tasks.advance"

            def delay(self, key: int) -> None:
                app.send_task(self.name, [key])

        sending = threading.Thread(target=tasks.hand_over, args=(Task(), 1), daemon=True)
        sending.start()
        eventually(lambda: not sending.is_alive(), "the message is given up")
