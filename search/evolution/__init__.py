"""The algorithm: pure Python and networkx; must import neither Django, Celery nor torch."""
