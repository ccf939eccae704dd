"""Wiring: settings, addresses, Celery; and `nasweb.client`, which scripts import without Django, Celery or torch.

So nothing is imported here: `nasweb.apps` brings the Celery application with Django.
"""
