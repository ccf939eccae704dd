"""Project package: settings, URLs, Celery; and `nasweb.client`, which needs none of Django, Celery or torch.

So nothing is imported here: `nasweb.apps` brings the Celery application with Django.
"""
