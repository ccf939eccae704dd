"""The genotypes that docs/genotypes.md shows are read as it says."""

import re
from pathlib import Path

from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.genotypes.published import PUBLISHED

TEXT = (Path(__file__).parents[2] / "docs" / "genotypes.md").read_text()


def test_both_forms_of_each_example_are_one_genotype() -> None:
    documents = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    lines = re.findall(r"^(?:hierarchical|2x3)\S+$", TEXT, re.MULTILINE)
    assert len(documents) == len(lines) == 3
    for document, line in zip(documents, lines, strict=True):
        assert parse_genotype(document) == parse_genotype(line)
        assert parse_genotype(line).text == line
    assert parse_genotype(lines[0]) == PUBLISHED["liu2018"].genotype
