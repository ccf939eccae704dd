"""Addresses of the pages and of the parts that they refresh."""

from django.urls import path

from visualize.views import (
    compare,
    controls,
    curves,
    diff,
    editor,
    experiments,
    genotypes,
    launch,
    life,
    lineage,
    motifs,
    pareto,
    transfers,
    workers,
)
from visualize.views import help as help_views

urlpatterns = [
    path("", experiments.home, name="home"),
    path("help/", help_views.help_page, name="help"),
    path("experiments/", experiments.index, name="experiments"),
    path("experiments/new/", launch.new, name="experiment_new"),
    path("experiments/import/", transfers.import_file, name="experiment_import"),
    path("experiments/new/estimate/", launch.estimate, name="experiment_estimate"),
    path("experiments/new/demo/", launch.demo, name="experiment_demo"),
    path("experiments/<int:experiment_id>/", experiments.detail, name="experiment"),
    path("experiments/<int:experiment_id>/fragments/live/", experiments.live, name="experiment_live"),
    path("experiments/<int:experiment_id>/curves.json", curves.curves_json, name="experiment_curves"),
    path("experiments/<int:experiment_id>/start/", controls.start, name="experiment_start"),
    path("experiments/<int:experiment_id>/pause/", controls.pause, name="experiment_pause"),
    path("experiments/<int:experiment_id>/resume/", controls.resume, name="experiment_resume"),
    path("experiments/<int:experiment_id>/stop/", controls.stop, name="experiment_stop"),
    path("experiments/<int:experiment_id>/settings/", life.settings, name="experiment_settings"),
    path("experiments/<int:experiment_id>/archive/", life.archive, name="experiment_archive"),
    path("experiments/<int:experiment_id>/delete/", life.delete, name="experiment_delete"),
    path(
        "experiments/<int:experiment_id>/individuals/<int:step>/words/", life.words, name="individual_words"
    ),
    path("workers/", workers.index, name="workers"),
    path("evaluations/<int:evaluation_id>/retry/", workers.retry, name="evaluation_retry"),
    path("evaluations/<int:evaluation_id>/cancel/", workers.cancel, name="evaluation_cancel"),
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
    path(
        "experiments/<int:experiment_id>/individuals/<int:step>/frame/",
        lineage.frame,
        name="individual_frame",
    ),
    path(
        "experiments/<int:experiment_id>/individuals/<int:step>/replay.svg",
        lineage.replay_file,
        name="individual_replay_file",
    ),
    path("experiments/<int:experiment_id>/replay/", lineage.replay, name="experiment_replay"),
    path("editor/", editor.editor, name="editor"),
    path("editor/evaluate/", editor.evaluate, name="editor_evaluate"),
    path(
        "experiments/<int:experiment_id>/individuals/<int:step>/edit/",
        editor.individual_edit,
        name="individual_edit",
    ),
    path("genotypes/<slug:key>/edit/", editor.genotype_edit, name="genotype_edit"),
    path("experiments/<int:experiment_id>/motifs/", motifs.index, name="experiment_motifs"),
    path("experiments/<int:experiment_id>/mutations/", motifs.mutations, name="experiment_mutations"),
    path("motifs/<slug:key>/", motifs.detail, name="motif"),
    path("experiments/<int:experiment_id>/pareto/", pareto.index, name="experiment_pareto"),
    path("experiments/<int:experiment_id>/pareto.json", pareto.points, name="experiment_pareto_points"),
    path(
        "experiments/<int:experiment_id>/pareto/selected/", pareto.selected, name="experiment_pareto_selected"
    ),
    path("compare/", compare.index, name="compare"),
    path("compare/choices/", compare.chooser, name="compare_chooser"),
    path("compare/curves.json", compare.curves, name="compare_curves"),
]
