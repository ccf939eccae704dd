"""The table of pages: every test that is about all pages goes through it, and so do the pictures.

A new page is one more row; `test_every_page_has_its_row.py` fails until it has one.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Row:
    """One page in one state."""

    name: str
    """For people, and the name of its pictures."""
    path: str
    """Names of prepared states stand in braces (stage.py)."""
    heading: str
    """Its first heading holds this: the page that was meant, not some other."""
    status: int = 200
    foreign: str = ""
    """A selector of what others have made and we only show: axe leaves it out."""
    site: Literal["prepared", "empty"] = "prepared"


EXPERIMENT = "/experiments/{%s}/"
INDIVIDUAL = "/experiments/{%s}/individuals/{%s}/"

PAGES = (
    Row("experiments-none", "/experiments/", "Experiments", site="empty"),
    Row("experiments", "/experiments/", "Experiments"),
    Row("experiments-no-match", "/experiments/?name=nothing+has+this+name", "Experiments"),
    Row("launch", "/experiments/new/", "New experiment"),
    Row("launch-paper-flat", "/experiments/new/?preset=paper-flat", "New experiment"),
    Row("experiment-finished", EXPERIMENT % "finished", "Digits, hierarchical"),
    Row("experiment-running", EXPERIMENT % "running", "Digits, three repeats"),
    Row("experiment-fresh", EXPERIMENT % "fresh", "Just started"),
    Row("experiment-draft", EXPERIMENT % "draft", "Not started"),
    Row("experiment-paused", EXPERIMENT % "paused", "Paused for lunch"),
    Row("experiment-stopped", EXPERIMENT % "stopped", "Stopped early"),
    Row("experiment-failed", EXPERIMENT % "failed", "Proposing failed"),
    Row("experiment-hostile-name", EXPERIMENT % "hostile", "<script>"),
    Row("experiment-large", EXPERIMENT % "large", "A large search"),
    Row("experiment-single", EXPERIMENT % "single", "Just one"),
    Row("experiment-all-failed", EXPERIMENT % "hopeless", "Too large for this machine"),
    Row("population-failed", EXPERIMENT % "finished" + "?state=failed", "Digits, hierarchical"),
    Row("population-page-2", EXPERIMENT % "finished" + "?page=2&sort=parameters", "Digits, hierarchical"),
    Row("population-no-match", EXPERIMENT % "finished" + "?q=fitness>0.999", "Digits, hierarchical"),
    Row("population-bad-filter", EXPERIMENT % "finished" + "?q=fitness>>much", "Digits, hierarchical"),
    Row("stop", EXPERIMENT % "running" + "stop/", "Stop Digits, three repeats?"),
    Row("individual", INDIVIDUAL % ("finished", "best"), "Individual"),
    Row("individual-edge", INDIVIDUAL % ("finished", "best") + "?edge=L3-M1-e1-2", "Individual"),
    Row("individual-flattened", INDIVIDUAL % ("finished", "best") + "?tab=flattened", "Individual"),
    Row("individual-training", INDIVIDUAL % ("finished", "best") + "?tab=training", "Individual"),
    Row("individual-raw", INDIVIDUAL % ("finished", "best") + "?tab=raw", "Individual"),
    Row("individual-initial", INDIVIDUAL % ("finished", "initial"), "Individual"),
    Row("individual-failed", INDIVIDUAL % ("finished", "failure"), "Individual"),
    Row("individual-failed-training", INDIVIDUAL % ("finished", "failure") + "?tab=training", "Individual"),
    Row("individual-in-training", INDIVIDUAL % ("running", "training") + "?tab=training", "Individual"),
    Row("individual-waiting", INDIVIDUAL % ("fresh", "waiting"), "Individual"),
    Row("individual-cancelled", INDIVIDUAL % ("stopped", "cancelled"), "Individual"),
    Row("individual-flat", INDIVIDUAL % ("flat", "initial"), "Individual"),
    Row("individual-four-levels", INDIVIDUAL % ("deep", "initial"), "Individual"),
    Row("individual-five-levels", INDIVIDUAL % ("five", "initial"), "Individual"),
    Row("individual-hostile-name", INDIVIDUAL % ("hostile", "initial"), "Individual"),
    Row("individual-diff", INDIVIDUAL % ("finished", "best") + "diff/", "Individual"),
    Row("individual-diff-initial", INDIVIDUAL % ("finished", "initial") + "diff/", "Individual"),
    Row("individual-lineage", INDIVIDUAL % ("finished", "best") + "lineage/", "Individual"),
    Row("individual-lineage-initial", INDIVIDUAL % ("finished", "initial") + "lineage/", "Individual"),
    Row(
        "individual-lineage-siblings",
        INDIVIDUAL % ("finished", "best") + "lineage/?show=siblings&x=generation",
        "Individual",
    ),
    Row(
        "individual-lineage-best-so-far",
        INDIVIDUAL % ("finished", "best") + "lineage/?show=fittest&replay=best&frame=2",
        "Individual",
    ),
    Row(
        "individual-lineage-descendants",
        INDIVIDUAL % ("finished", "initial") + "lineage/?show=descendants",
        "Individual",
    ),
    Row("genotype", "/genotypes/{genotype}/", "Genotype"),
    Row("individual-words", INDIVIDUAL % ("finished", "best") + "words/", "Notes on #"),
    Row("editor-infeasible", "/editor/?start={infeasible}", "Edit a copy"),
    Row("import", "/experiments/import/", "Import an experiment"),
    Row("settings", EXPERIMENT % "running" + "settings/", "Settings of Digits, three repeats"),
    Row("settings-finished", EXPERIMENT % "hostile" + "settings/", "Settings of <script>"),
    Row("motifs", EXPERIMENT % "finished" + "motifs/", "Motifs"),
    Row("motifs-fresh", EXPERIMENT % "fresh" + "motifs/", "Motifs"),
    Row("motif", "/motifs/{motif}/", "Motif"),
    Row("mutations", EXPERIMENT % "finished" + "mutations/", "Effects of mutations"),
    Row("mutations-fresh", EXPERIMENT % "fresh" + "mutations/", "Effects of mutations"),
    Row("pareto", EXPERIMENT % "finished" + "pareto/", "Fitness against"),
    Row("pareto-fresh", EXPERIMENT % "fresh" + "pareto/", "Fitness against"),
    Row("pareto-all-failed", EXPERIMENT % "hopeless" + "pareto/", "Fitness against"),
    Row(
        "pareto-selected",
        EXPERIMENT % "finished" + "pareto/?cost_from=60000&fitness_from=86",
        "Fitness against",
    ),
    Row("pareto-large", EXPERIMENT % "large" + "pareto/?x=multiply_adds", "Fitness against"),
    Row("compare-nothing-chosen", "/compare/", "Compare experiments"),
    Row("compare", "/compare/?experiments={finished},{running},{flat}", "Compare experiments"),
    Row("compare-seeds", "/compare/?experiments={seed-1},{seed-2},{single}", "Compare experiments"),
    Row("compare-hostile-name", "/compare/?experiments={hostile},{paused}", "Compare experiments"),
    Row("workers", "/workers/", "Workers"),
    Row("workers-in-training", "/workers/?state=running", "Workers"),
    Row("workers-failed", "/workers/?state=failed", "Workers"),
    Row("editor-start", "/editor/", "Build a genotype by hand"),
    Row("editor-unreadable", "/editor/?start=hierarchical:1", "Build a genotype by hand", status=422),
    Row("editor", INDIVIDUAL % ("finished", "best") + "edit/", "Edit a copy"),
    Row("editor-motif", INDIVIDUAL % ("finished", "best") + "edit/?motif=L2-M3", "Edit a copy"),
    Row("editor-flat", INDIVIDUAL % ("flat", "initial") + "edit/", "Edit a copy"),
    Row("editor-five-levels", INDIVIDUAL % ("five", "initial") + "edit/?motif=L3-M2", "Edit a copy"),
    Row("editor-of-a-genotype", "/genotypes/{genotype}/edit/", "Edit a copy"),
    Row("diff", "/diff/?left={finished}/{initial}&right={finished}/{best}", "What differs"),
    Row("diff-other-space", "/diff/?left={flat}/{initial}&right=liu2018", "What differs"),
    Row("diff-nothing-chosen", "/diff/", "What differs"),
    Row("diff-unreadable", "/diff/?left=nonsense&right={finished}/{best}", "What differs", status=422),
    Row("help", "/help/", "How networks evolve here"),
    Row("not-found", "/experiments/{large}00000/", "Not found", status=404),
    Row("api-docs", "/api/v1/docs", "", foreign=".swagger-ui"),
)

NOT_PAGES = {
    "home",  # leads on to the list
    # There only with accounts: tests/access/test_accounts_browser.py looks over them.
    "login",
    "logout",
    "account",
    "token_create",
    "token_revoke",
    "people",
    "person_create",
    "person_change",
    "healthz",
    "readyz",
    "metrics",
    "experiment_estimate",
    "experiment_demo",
    "experiment_baselines",
    "experiment_live",
    "experiment_curves",
    "experiment_start",
    "experiment_pause",
    "experiment_resume",
    "experiment_archive",
    "experiment_delete",
    "experiment_pareto_points",
    "experiment_pareto_selected",
    "evaluation_retry",
    "evaluation_cancel",
    "editor_evaluate",
    "compare_chooser",
    "compare_curves",
    "genotype_file",
    "genotype_drawing",
    "individual_frame",
    "individual_replay_file",
    "experiment_replay",
}
"""Names of addresses that answer with a part of a page, a file or a redirection."""
