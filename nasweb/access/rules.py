"""The table of all addresses: who may ask for each. What stands in no row is refused when accounts are on.

Pages go by the name of their address, operations of the REST API by the name of their function. A test walks both and
fails for an address without a row, so that nobody forgets one.
"""

from dataclasses import dataclass

from nasweb.access.subjects import (
    Subject,
    experiment_in_address,
    experiment_in_form,
    experiments_of_evaluation,
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
    """The experiments that it would change: the caller must be allowed to change each."""
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
SHARED = Rule(
    "a researcher who owns every experiment that it would change, or an admin; a token with the scope run",
    Role.RESEARCHER,
    experiments_of_evaluation,
)
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
        ("experiment_new", "experiment_estimate", "experiment_demo", "experiment_baselines"), RUN
    ),
    **dict.fromkeys(
        (
            "experiment_start",
            "experiment_pause",
            "experiment_resume",
            "experiment_stop",
            "experiment_settings",
            "experiment_archive",
            "experiment_delete",
            "individual_words",
        ),
        OWN,
    ),
    "editor_evaluate": OWN_CHOSEN,
    **dict.fromkeys(("evaluation_retry", "evaluation_cancel"), SHARED),
    **dict.fromkeys(
        (
            "home",
            "help",
            "experiments",
            "experiment",
            "experiment_live",
            "experiment_curves",
            "experiment_replay",
            "experiment_motifs",
            "experiment_mutations",
            "experiment_pareto",
            "experiment_pareto_points",
            "experiment_pareto_selected",
            "workers",
            "individual",
            "individual_diff",
            "individual_lineage",
            "individual_frame",
            "individual_replay_file",
            "genotype",
            "genotype_file",
            "genotype_drawing",
            "motif",
            "diff",
            "compare",
            "compare_chooser",
            "compare_curves",
            "editor",  # edits a copy in the page and stores nothing; evaluating it has a rule of its own
            "individual_edit",
            "genotype_edit",
        ),
        READ,
    ),
}

OPERATIONS: dict[str, Rule] = {
    **dict.fromkeys(("create_experiment", "create_genotype"), RUN),
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
        (
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
            "export_parquet",
            "list_motifs",
            "show_mutations",
            "show_front",
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
            "list_presets",
            "list_spaces",
            "list_primitives",
            "list_published_cells",
            "list_datasets",
            "list_protocols",
            "list_problems",
        ),
        READ,
    ),
}
