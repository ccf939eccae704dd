"""Addresses of the pages and of the parts that they refresh."""

from django.urls import path

from visualize.views import controls, curves, diff, experiments, genotypes, launch, lineage
from visualize.views import help as help_views

urlpatterns = [
    path("", experiments.home, name="home"),
    path("help/", help_views.help_page, name="help"),
    path("experiments/", experiments.index, name="experiments"),
    path("experiments/new/", launch.new, name="experiment_new"),
    path("experiments/new/estimate/", launch.estimate, name="experiment_estimate"),
    path("experiments/new/demo/", launch.demo, name="experiment_demo"),
    path("experiments/<int:experiment_id>/", experiments.detail, name="experiment"),
    path("experiments/<int:experiment_id>/fragments/live/", experiments.live, name="experiment_live"),
    path("experiments/<int:experiment_id>/curves.json", curves.curves_json, name="experiment_curves"),
    path("experiments/<int:experiment_id>/start/", controls.start, name="experiment_start"),
    path("experiments/<int:experiment_id>/pause/", controls.pause, name="experiment_pause"),
    path("experiments/<int:experiment_id>/resume/", controls.resume, name="experiment_resume"),
    path("experiments/<int:experiment_id>/stop/", controls.stop, name="experiment_stop"),
    path("experiments/<int:experiment_id>/individuals/<int:step>/", genotypes.individual, name="individual"),
    path("genotypes/<slug:key>/", genotypes.genotype, name="genotype"),
    path("genotypes/<slug:key>.<slug:extension>", genotypes.genotype_file, name="genotype_file"),
    path(
        "genotypes/<slug:key>/drawings/<slug:name>.<slug:extension>",
        genotypes.drawing,
        name="genotype_drawing",
    ),
    path("diff/", diff.diff, name="diff"),
    path(
        "experiments/<int:experiment_id>/individuals/<int:step>/diff/",
        diff.with_parent,
        name="individual_diff",
    ),
    path(
        "experiments/<int:experiment_id>/individuals/<int:step>/lineage/",
        lineage.lineage,
        name="individual_lineage",
    ),
]
