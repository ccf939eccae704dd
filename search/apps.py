from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string


class SearchConfig(AppConfig):
    name = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Trainings know no settings: they are told where the installation keeps things. This imports no torch."""
        import_string("search.training.data.locations.use")(
            data=settings.DATA_DIR,
            var=settings.VAR_DIR,
            image_memory_bytes=2**20 * settings.IMAGE_MEMORY_MIB,
        )
