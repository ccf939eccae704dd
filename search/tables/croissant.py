"""Croissant 1.1 metadata of a table: what it is, in the form that data set catalogues read.

Must import neither Django nor torch.
"""

from typing import Any

from search.tables.table import BenchmarkTable

_CONTEXT = {
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "recordSet": "cr:recordSet",
    "field": "cr:field",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
}
_LICENCES = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/"}
_COLUMNS = (
    ("keys", "sc:Text", "phenotype key: the same for all genotypes that build the network"),
    ("genotypes", "sc:Text", "one genotype that builds it, without the space's text before the first colon"),
    ("genotype_counts", "sc:Integer", "genotypes of the space that build it"),
    ("accuracy", "sc:Float", "[network, seed, budget, split], fractions; splits are train, validation, test"),
    (
        "loss",
        "sc:Float",
        "[network, seed, budget], cross-entropy of the training batches since the budget before",
    ),
    ("seconds", "sc:Float", "[network, seed, budget], processor seconds of training and validating"),
    ("parameters", "sc:Integer", "trained numbers"),
    ("multiply_adds", "sc:Integer", "of the forward pass, for one image"),
    ("depths", "sc:Integer", "operations on the longest way from image to scores"),
    ("live_edges", "sc:Integer", "edges of the genotype that something of the output rests on"),
    ("proxies", "sc:Float", "[network, proxy], of the network before it is trained"),
)


def croissant(table: BenchmarkTable, file_name: str, size: int) -> dict[str, Any]:
    """The document that lies beside the table."""
    facts = table.facts
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": facts.name,
        "version": facts.version,
        "description": table.about["description"],
        "license": _LICENCES.get(facts.licence, facts.licence),
        "datePublished": table.about["built"],
        "keywords": ["neural architecture search", "benchmark table", "hierarchical search space"],
        "isLiveDataset": False,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file_name,
                "name": file_name,
                "contentUrl": file_name,
                "contentSize": f"{size} B",
                "encodingFormat": "application/x-npz",
                "sha256": facts.sha256,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "networks",
                "name": "networks",
                "description": f"{facts.networks:,} networks, one a row; rows keep their place within a version",
                "field": [
                    {
                        "@type": "cr:Field",
                        "@id": f"networks/{name}",
                        "name": name,
                        "dataType": kind,
                        "description": text,
                        "source": {"fileObject": {"@id": file_name}, "extract": {"column": name}},
                    }
                    for name, kind, text in _COLUMNS
                ],
            }
        ],
    }
