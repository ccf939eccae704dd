"""Python client of the REST API: `from nasweb.client import Client`. Manual: docs/client.md.

Needs the standard library and search.evolution, whose genotypes it speaks; must import neither Django, Celery nor
torch.
"""

from nasweb.client.client import Client
from nasweb.client.errors import ApiError, FieldFault, NaswebError, ServerUnreachable, WaitTimeout
from nasweb.client.experiment import Experiment
from nasweb.client.populations import Individuals
from nasweb.client.records import Best, Evaluation, Individual, Inspection

__all__ = [
    "ApiError",
    "Best",
    "Client",
    "Evaluation",
    "Experiment",
    "FieldFault",
    "Individual",
    "Individuals",
    "Inspection",
    "NaswebError",
    "ServerUnreachable",
    "WaitTimeout",
]
