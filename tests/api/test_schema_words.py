"""The OpenAPI document in words that generators of clients read: they drop what they do not know, silently."""

from typing import Any

import nasweb.urls  # noqa: F401 - mounts all of the API
from search.api.application import api
from search.api.schema_words import VALUES


def faults(node: Any, path: str) -> list[str]:
    found = []
    if isinstance(node, list):
        return [fault for index, item in enumerate(node) for fault in faults(item, f"{path}/{index}")]
    if not isinstance(node, dict):
        return []
    if node.get("type") == "array" and not ({"items", "prefixItems"} & set(node)):
        found.append(f"{path}: an array without items")
    if "$ref" in node and len(node) > 1:
        found.append(f"{path}: a reference beside {sorted(node)}")
    found += [f"{path}: {name} for a bound" for name in ("ge", "le", "gt", "lt") if name in node]
    for name, value in node.items():
        if name not in VALUES:
            found += faults(value, f"{path}/{name}")
    return found


def test_no_part_of_the_document_is_lost_on_a_generator() -> None:
    document = api.get_openapi_schema()
    assert faults(document["paths"], "") + faults(document["components"]["schemas"], "") == []
    assert document["components"]["schemas"]["GenotypeDocument"]
