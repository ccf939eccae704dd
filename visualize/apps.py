from django.apps import AppConfig


class VisualizeConfig(AppConfig):
    name = "visualize"
    verbose_name = "Pages and drawings"
