"""An experiment that another installation exported (search.selectors.whole) becomes one of this one's."""

from search.services.importing.reading import MOST_BYTES, BadFile
from search.services.importing.storing import Imported, import_experiment

__all__ = ["MOST_BYTES", "BadFile", "Imported", "import_experiment"]
