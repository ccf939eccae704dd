"""Table of study kinds: one module and one row for each.

Pure Python: must import neither Django nor torch.
"""

from pydantic import ValidationError

from search.evolution.experiments.config import ConfigError
from search.evolution.finals.presets import final_from_preset
from search.evolution.studies import comparison, one_network, paper_table, space_comparison, time_to_quality
from search.evolution.studies.records import (
    MOST_CELLS,
    TOO_MANY_CELLS,
    ResultsLayout,
    StudyCell,
    StudyKind,
    StudySettings,
)

_ROWS = (
    StudyKind(
        "paper-table-1",
        "Table 1 of the paper",
        "Does the space or the search make good networks? Three spaces, each with one random network, two random "
        "searches and evolution: the whole table, scaled to what there is time for",
        paper_table.PaperTableSettings,
        paper_table.cells,
        results="paper-table-1",
    ),
    StudyKind(
        "comparison",
        "Comparison of strategies",
        "Which strategy finds better networks? Any strategies in any spaces, with equally many networks each",
        comparison.ComparisonSettings,
        comparison.cells,
    ),
    StudyKind(
        "space",
        "Comparison of spaces",
        "Which type of cells is best? Random networks of several spaces at equal size, in the search's host and in a "
        "large one: differences, whether ranks carry over, whether networks or runs of one network vary more",
        space_comparison.SpaceSettings,
        space_comparison.cells,
        results="spaces",
    ),
    StudyKind(
        "time-to-quality",
        "Time to quality",
        "How good is the best network after so many device hours? Several strategies, several protocols, or both, each "
        "search with equally much time",
        time_to_quality.QualitySettings,
        time_to_quality.cells,
        results="quality",
    ),
    StudyKind(
        "scaling",
        "Scaling of one cell",
        "What do more cells and more channels bring? One genotype in the large host, over cells in a group and "
        "channels; accuracy against parameters and multiply-adds",
        one_network.ScalingSettings,
        one_network.scaling_cells,
        results="one-network",
    ),
    StudyKind(
        "protocol-sweep",
        "Sweep of the protocol",
        "How should one network be trained? Learning rate, weight decay and batch size, on a grid or at random points, "
        "judged by validation accuracy",
        one_network.SweepSettings,
        one_network.sweep_cells,
        results="one-network",
    ),
    StudyKind(
        "transfer",
        "Transfer of one cell",
        "Is a cell good on other images than those it was found on? One genotype on several data sets",
        one_network.TransferSettings,
        one_network.transfer_cells,
        results="one-network",
    ),
)

STUDY_KINDS: dict[str, StudyKind] = {row.name: row for row in _ROWS}


def results_layout(kind: str) -> ResultsLayout:
    """How the results of a kind are told; plainly where this version does not know it, as of an imported study."""
    return STUDY_KINDS[kind].results if kind in STUDY_KINDS else "arms"


def study_kind(name: str) -> StudyKind:
    """Raises KeyError naming the value and the known names."""
    try:
        return STUDY_KINDS[name]
    except KeyError:
        raise KeyError(f"unknown kind of study {name!r}; known are {', '.join(STUDY_KINDS)}") from None


def study_settings(kind: str, document: object) -> StudySettings:
    """Valid settings of a kind.

    Raises KeyError for the kind, ConfigError with the field's path, the value and what is allowed.
    """
    row = study_kind(kind)
    try:
        return row.settings.model_validate(document)
    except ValidationError as error:
        raise ConfigError.of(error) from None


def study_cells(kind: str, settings: StudySettings) -> list[StudyCell]:
    """All cells of a study.

    Raises ConfigError where a cell is no valid experiment, its test score cannot be asked for (a data set without test
    images), or there are too many.
    """
    try:
        found = study_kind(kind).cells(settings)
    except ValidationError as error:
        raise ConfigError.of(error) from None
    if len(found) > MOST_CELLS:
        raise ConfigError([("seeds", TOO_MANY_CELLS.format(count=f"{len(found):,}", most=MOST_CELLS))])
    for cell in found:
        if cell.final is not None:
            _check_final(cell)
    return found


def _check_final(cell: StudyCell) -> None:
    """Raises ConfigError; a field that the settings changed is named as theirs."""
    assert cell.final is not None
    try:
        final_from_preset(cell.final.preset, cell.search.protocol, cell.final.over)
    except ConfigError as refusal:
        named = [
            (f"final_protocol.{path}" if path.partition(".")[0] in cell.final.over else path, message)
            for path, message in refusal.errors
        ]
        raise ConfigError(named) from None
