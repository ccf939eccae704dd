"""JSON Schema as generators of clients read it: they lose every operation that refers to something they do not know."""

from typing import Any

BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
VALUES = ("default", "example", "examples", "enum", "const")
"""Under these stand values, not schemas."""


def tidy(node: Any) -> None:
    """Bounds by their names in JSON Schema, arrays with `items`, and references with nothing beside them that changes
    what they mean."""
    if isinstance(node, list):
        for item in node:
            tidy(item)
        return
    if not isinstance(node, dict):
        return
    for ours, name in BOUNDS.items():
        if isinstance(node.get(ours), int | float):
            node[name] = node.pop(ours)
    if node.get("type") == "array" and "prefixItems" not in node:
        node.setdefault("items", {})
    if isinstance(node.get("default"), dict) and ("$ref" in node or "allOf" in node or "oneOf" in node):
        del node["default"]  # of an object: whoever leaves it out gets that of each of its fields
    if "$ref" in node and len(node) > 1:
        node.pop("default", None)
        reference = node.pop("$ref")
        node.update({"allOf": [{"$ref": reference}]} if node else {"$ref": reference})
    for name, value in node.items():
        if name not in VALUES:
            tidy(value)
