"""Commands of the client: `manage.py nas NOUN VERB`, or `python -m nasweb.client` without Django."""
