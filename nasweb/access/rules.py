"""Access rules: one table of all addresses. An address in no row is refused when accounts are on.

Pages go by the name of their address, operations of the REST API by the name of their function. A test walks both and
fails for an address without a row, so that nobody forgets one.
"""

from dataclasses import dataclass

from nasweb.access.subjects import (
    Subject,
    experiment_in_address,
    experiment_in_form,
    experiments_of_evaluation,
    experiments_picked,
    experiments_using_shared_training,
    study_in_address,
)
from search.models import Role, Scope


@dataclass(frozen=True)
class Rule:
    """What an address needs."""

    meaning: str
    """For people: the OpenAPI document, the documentation and refusals say it."""
    role: Role | None
    """The least that a caller must be; None: anybody, known or not."""
    subject: Subject | None = None
    """What it would change, experiments or a study: the caller must be allowed to change each."""
    in_person: bool = False
    """Only in a browser, with a name and a password: a token must not be able to make another one."""

    @property
    def scope(self) -> str:
        """The least of a token's."""
        return next(scope.value for scope in Scope if scope.role == self.role)


OPEN = Rule("anybody", None)
WATCH = Rule("whoever holds NASWEB_METRICS_TOKEN, which the address itself looks at", None)
READ = Rule("any account; a token with the scope read", Role.VIEWER)
RUN = Rule("a researcher or an admin; a token with the scope run", Role.RESEARCHER)
OWN = Rule(
    "the experiment's owner, as a researcher, or an admin; a token with the scope run",
    Role.RESEARCHER,
    experiment_in_address,
)
OWN_CHOSEN = Rule(OWN.meaning, Role.RESEARCHER, experiment_in_form)
OWN_PICKED = Rule(
    "any account to compare and export; else the owner of each picked experiment, as a researcher, or an admin",
    Role.VIEWER,
    experiments_picked,
)
SHARED = Rule(
    "a researcher who owns every experiment that it would change, or an admin; a token with the scope run",
    Role.RESEARCHER,
    experiments_of_evaluation,
)
OWN_STUDY = Rule(
    "the study's owner, as a researcher, or an admin; a token with the scope run",
    Role.RESEARCHER,
    study_in_address,
)
USED = Rule(SHARED.meaning, Role.RESEARCHER, experiments_using_shared_training)
TRUSTED = Rule("an admin; a token with the scope admin", Role.ADMIN)
MYSELF = Rule("any account, logged in", Role.VIEWER, in_person=True)
ADMIN = Rule("an admin, logged in", Role.ADMIN, in_person=True)

PAGES: dict[str, Rule] = {
    **dict.fromkeys(("healthz", "readyz", "login"), OPEN),
    "metrics": WATCH,
    **dict.fromkeys(("logout", "account", "token_create", "token_revoke"), MYSELF),
    **dict.fromkeys(("people", "person_create", "person_change"), ADMIN),
    # Every search believes the fitness that a file brings, and those that wait for it are told.
    "experiment_import": TRUSTED,
    **dict.fromkeys(
        (
            "experiment_new",
            "experiment_estimate",
            "experiment_space",
            "experiment_demo",
            # A final evaluation changes no search: whoever may run one may have any network scored.
            "experiment_finals_ask",
            "individual_final",
            "final_stop",
            "final_retry",
            "final_package",
            "experiment_rescore",
            "experiment_importance_ask",
            "shared_training_new",
            "shared_training_estimate",
            "shared_training_space",
            "shared_training_retrain",
            "shared_training_search",
        ),
        RUN,
    ),
    **dict.fromkeys(
        (
            "shared_training_pause",
            "shared_training_resume",
            "shared_training_stop",
            "shared_training_retry",
        ),
        USED,
    ),
    **dict.fromkeys(
        (
            "experiment_start",
            "experiment_pause",
            "experiment_resume",
            "experiment_stop",
            "experiment_settings",
            "experiment_extend",
            "experiment_archive",
            "experiment_delete",
            "individual_words",
        ),
        OWN,
    ),
    "experiments_selected": OWN_PICKED,
    "study_new": RUN,
    **dict.fromkeys(("study_pause", "study_resume", "study_stop"), OWN_STUDY),
    "editor_evaluate": OWN_CHOSEN,
    **dict.fromkeys(("evaluation_retry", "evaluation_cancel"), SHARED),
    **dict.fromkeys(
        (
            "home",
            "help",
            "help_strategy",
            "jump",
            "jump_individuals",
            "experiments",
            "experiments_export",
            "experiment",
            "experiment_live",
            "experiment_curves",
            "experiment_replay",
            "experiment_motifs",
            "experiment_mutations",
            "experiment_what_works",
            "experiment_importance",
            "experiment_map",
            "experiment_strategy",
            "experiment_pareto",
            "experiment_pareto_points",
            "experiment_pareto_selected",
            "workers",
            "shared_trainings",
            "shared_training",
            "shared_training_epoch",
            "experiment_finals",
            "final",
            "individual",
            "individual_diff",
            "individual_lineage",
            "individual_frame",
            "individual_replay_file",
            "genotype",
            "genotype_file",
            "genotype_sheet",
            "motif",
            "diff",
            "side_by_side",
            "studies",
            "study",
            "compare",
            "compare_chooser",
            "compare_curves",
            "table",
            "editor",  # edits a copy in the page and stores nothing; evaluating it has a rule of its own
            "individual_edit",
            "genotype_edit",
        ),
        READ,
    ),
}

OPERATIONS: dict[str, Rule] = {
    **dict.fromkeys(
        (
            "create_experiment",
            "create_genotype",
            "create_finals",
            "stop_final_evaluation",
            "retry_final_evaluation",
            "make_package",
            "rescore_best",
            "work_out_importance",
            "create_study",
            "create_shared_training",
            "retrain_best_networks",
            "search_with_shared_weights",
        ),
        RUN,
    ),
    **dict.fromkeys(
        (
            "pause_shared_training",
            "resume_shared_training",
            "stop_shared_training",
            "retry_shared_training",
        ),
        USED,
    ),
    "import_experiment": TRUSTED,
    **dict.fromkeys(
        (
            "change_experiment",
            "delete_experiment",
            "start_experiment",
            "pause_experiment",
            "resume_experiment",
            "stop_experiment",
            "create_individual",
            "change_individual",
        ),
        OWN,
    ),
    **dict.fromkeys(("retry_evaluation", "cancel_evaluation"), SHARED),
    **dict.fromkeys(
        ("pause_study_and_searches", "resume_study_and_searches", "stop_study_and_searches"), OWN_STUDY
    ),
    **dict.fromkeys(
        (
            "list_studies",
            "show_study",
            "estimate_study",  # a POST, for settings are a document; it stores nothing
            "estimate_finals",  # the same
            "list_study_kinds",
            "list_experiments",
            "show_experiment",
            "show_curves",
            "wait_for_experiment",
            "list_individuals",
            "show_individual",
            "list_children",
            "show_lineage",
            "export_csv",
            "export_json_lines",
            "export_experiment",
            "report_experiment",
            "export_parquet",
            "list_motifs",
            "show_mutations",
            "show_strategy",
            "show_importance",
            "show_front",
            "show_rescorings",
            "show_gain",
            "list_baselines",
            "list_workers",
            "list_checkpoints",
            "download_checkpoint",
            "genotype_as_pytorch",
            "evaluation_as_pytorch",
            "repeat_weights",
            "preview_genotype",  # a POST, for a genotype is long; it stores nothing
            "show_genotype",
            "list_carriers",
            "list_equal_genotypes",
            "diff_two_genotypes",
            "draw_genotype",
            "list_motifs_of_genotype",
            "show_motif",
            "list_motif_users",
            "list_evaluations",
            "show_evaluation",
            "show_learning_curves",
            "show_evaluation_log",
            "list_shared_trainings",
            "show_shared_training",
            "estimate_shared_training",  # a POST, for a document is long; it stores nothing
            "download_shared_weights",
            "list_finals",
            "show_final",
            "show_package",
            "download_package",
            "list_presets",
            "list_spaces",
            "list_primitives",
            "list_published_cells",
            "list_datasets",
            "list_protocols",
            "list_problems",
            "list_strategies",
        ),
        READ,
    ),
}
