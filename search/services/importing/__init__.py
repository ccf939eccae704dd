"""Import of an experiment archive from another installation (search.selectors.archive)."""

from search.services.importing.reading import MOST_BYTES, BadFile
from search.services.importing.storing import Imported, import_experiment

__all__ = ["MOST_BYTES", "BadFile", "Imported", "import_experiment"]
