"""What pydantic finds wrong with a document, in its own words and paths. Must import neither Django nor torch."""

from pydantic_core import ErrorDetails


def fault_path(row: ErrorDetails) -> str:
    location = list(row["loc"])
    if location[:1] == ["strategy"]:
        if row["type"] == "union_tag_invalid":
            location.append("kind")
        elif len(location) > 2:
            del location[1]  # pydantic's name for the kind, which is no part of the document
    return ".".join(str(part) for part in location) or "document"


def fault_message(row: ErrorDetails) -> str:
    message = str(row["msg"]).removeprefix("Value error, ")
    value = row.get("input")
    if row["type"] == "union_tag_invalid":
        context = row["ctx"]
        return f"unknown strategy; use one of {context['expected_tags']}, got {context['tag']!r}"
    if row["type"] in ("missing", "value_error") or isinstance(value, (dict, list, tuple)):
        return message
    return f"{message}, got {value!r}"
