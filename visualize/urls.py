"""URL patterns of the pages and their fragments."""

from django.urls import path

from visualize.pages.accounts import login_views, people_views
from visualize.pages.accounts import views as account
from visualize.pages.compare import views as compare
from visualize.pages.diff import views as diff
from visualize.pages.editor import views as editor
from visualize.pages.experiments import control_views, curve_views, extend_views, selection_views
from visualize.pages.experiments import views as experiments
from visualize.pages.finals import views as finals
from visualize.pages.genotypes import views as genotypes
from visualize.pages.help import views as help_views
from visualize.pages.jump import views as jump
from visualize.pages.launch import space_views
from visualize.pages.launch import views as launch
from visualize.pages.lineage import views as lineage
from visualize.pages.motifs import views as motifs
from visualize.pages.pareto import views as pareto
from visualize.pages.settings import transfer_views
from visualize.pages.settings import views as life
from visualize.pages.shared_trainings import views as shared
from visualize.pages.strategy import views as strategy
from visualize.pages.studies import views as studies
from visualize.pages.table import views as table
from visualize.pages.workers import views as workers

urlpatterns = [
    path("", experiments.home, name="home"),
    path("login/", login_views.login, name="login"),
    path("logout/", login_views.logout, name="logout"),
    path("account/", account.account, name="account"),
    path("account/tokens/", account.token_create, name="token_create"),
    path("account/tokens/<int:token_id>/revoke/", account.token_revoke, name="token_revoke"),
    path("people/", people_views.people, name="people"),
    path("people/new/", people_views.person_create, name="person_create"),
    path("people/<int:user_id>/", people_views.person_change, name="person_change"),
    path("help/", help_views.help_page, name="help"),
    path("help/strategies/<slug:kind>/", help_views.strategy, name="help_strategy"),
    path("experiments/", experiments.index, name="experiments"),
    path("experiments/selected/", selection_views.selected, name="experiments_selected"),
    path("experiments/selected.zip", selection_views.export, name="experiments_export"),
    path("experiments/new/", launch.new, name="experiment_new"),
    path("experiments/import/", transfer_views.import_file, name="experiment_import"),
    path("experiments/new/estimate/", launch.estimate, name="experiment_estimate"),
    path("experiments/new/space/", space_views.space, name="experiment_space"),
    path("experiments/new/demo/", launch.demo, name="experiment_demo"),
    path("experiments/<int:experiment_id>/", experiments.detail, name="experiment"),
    path("experiments/<int:experiment_id>/fragments/live/", experiments.live, name="experiment_live"),
    path("experiments/<int:experiment_id>/curves.json", curve_views.curves_json, name="experiment_curves"),
    path("experiments/<int:experiment_id>/start/", control_views.start, name="experiment_start"),
    path("experiments/<int:experiment_id>/pause/", control_views.pause, name="experiment_pause"),
    path("experiments/<int:experiment_id>/resume/", control_views.resume, name="experiment_resume"),
    path("experiments/<int:experiment_id>/stop/", control_views.stop, name="experiment_stop"),
    path("experiments/<int:experiment_id>/rescore/", control_views.rescore, name="experiment_rescore"),
    path("experiments/<int:experiment_id>/settings/", life.settings, name="experiment_settings"),
    path("experiments/<int:experiment_id>/extend/", extend_views.extend, name="experiment_extend"),
    path("experiments/<int:experiment_id>/archive/", life.archive, name="experiment_archive"),
    path("experiments/<int:experiment_id>/delete/", life.delete, name="experiment_delete"),
    path(
        "experiments/<int:experiment_id>/individuals/<int:step>/words/", life.words, name="individual_words"
    ),
    path("workers/", workers.index, name="workers"),
    path("table/", table.index, name="table"),
    path("evaluations/<int:evaluation_id>/retry/", workers.retry, name="evaluation_retry"),
    path("evaluations/<int:evaluation_id>/cancel/", workers.cancel, name="evaluation_cancel"),
    path("experiments/<int:experiment_id>/individuals/<int:step>/", genotypes.individual, name="individual"),
    path("genotypes/<slug:key>/", genotypes.genotype, name="genotype"),
    path("genotypes/<slug:key>/sheet/", genotypes.sheet, name="genotype_sheet"),
    path("genotypes/<slug:key>.<slug:extension>", genotypes.genotype_file, name="genotype_file"),
    path("jump/", jump.jump, name="jump"),
    path("jump/individuals/", jump.individuals, name="jump_individuals"),
    path("diff/", diff.diff, name="diff"),
    path("diff/several/", diff.several, name="side_by_side"),
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
    path("experiments/<int:experiment_id>/what-works/", motifs.what_works, name="experiment_what_works"),
    path("experiments/<int:experiment_id>/importance/", motifs.importance, name="experiment_importance"),
    path(
        "experiments/<int:experiment_id>/importance/ask/",
        motifs.ask_importance,
        name="experiment_importance_ask",
    ),
    path("motifs/<slug:key>/", motifs.detail, name="motif"),
    path("experiments/<int:experiment_id>/strategy/", strategy.index, name="experiment_strategy"),
    path("experiments/<int:experiment_id>/finals/", finals.index, name="experiment_finals"),
    path("experiments/<int:experiment_id>/finals/new/", finals.ask, name="experiment_finals_ask"),
    path(
        "experiments/<int:experiment_id>/individuals/<int:step>/final/",
        finals.ask_individual,
        name="individual_final",
    ),
    path("finals/<int:final_id>/", finals.detail, name="final"),
    path("finals/<int:final_id>/stop/", finals.stop, name="final_stop"),
    path("finals/<int:final_id>/package/", finals.pack, name="final_package"),
    path("finals/<int:final_id>/retry/", finals.retry, name="final_retry"),
    path("experiments/<int:experiment_id>/map/", pareto.diversity, name="experiment_map"),
    path("experiments/<int:experiment_id>/pareto/", pareto.index, name="experiment_pareto"),
    path("experiments/<int:experiment_id>/pareto.json", pareto.points, name="experiment_pareto_points"),
    path(
        "experiments/<int:experiment_id>/pareto/selected/", pareto.selected, name="experiment_pareto_selected"
    ),
    path("studies/", studies.index, name="studies"),
    path("studies/new/", studies.new, name="study_new"),
    path("studies/<int:study_id>/", studies.detail, name="study"),
    path("studies/<int:study_id>/pause/", studies.pause, name="study_pause"),
    path("studies/<int:study_id>/resume/", studies.resume, name="study_resume"),
    path("studies/<int:study_id>/stop/", studies.stop, name="study_stop"),
    path("shared-trainings/", shared.index, name="shared_trainings"),
    path("shared-trainings/new/", shared.new, name="shared_training_new"),
    path("shared-trainings/new/estimate/", shared.estimate, name="shared_training_estimate"),
    path("shared-trainings/new/space/", shared.space, name="shared_training_space"),
    path("shared-trainings/<int:training_id>/", shared.detail, name="shared_training"),
    path(
        "shared-trainings/<int:training_id>/epochs/<int:number>/", shared.epoch, name="shared_training_epoch"
    ),
    path("shared-trainings/<int:training_id>/pause/", shared.pause, name="shared_training_pause"),
    path("shared-trainings/<int:training_id>/resume/", shared.resume, name="shared_training_resume"),
    path("shared-trainings/<int:training_id>/stop/", shared.stop, name="shared_training_stop"),
    path("shared-trainings/<int:training_id>/retry/", shared.retry, name="shared_training_retry"),
    path("shared-trainings/<int:training_id>/retrain/", shared.retrain, name="shared_training_retrain"),
    path("shared-trainings/<int:training_id>/search/", shared.search, name="shared_training_search"),
    path("compare/", compare.index, name="compare"),
    path("compare/choices/", compare.chooser, name="compare_chooser"),
    path("compare/curves.json", compare.curves, name="compare_curves"),
]
