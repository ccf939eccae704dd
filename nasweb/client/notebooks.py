"""HTML of the client's objects, as notebooks ask for it (`_repr_html_`): motifs are drawn, individuals are rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from nasweb.client.errors import NaswebError
from nasweb.client.records import ExperimentRecord, Individual
from nasweb.client.transport import Transport

MOST_ROWS, MOST_MOTIFS = 20, 12
HEADINGS = ("#", "state", "fitness", "parameters", "generation", "parent", "edit", "genotype")


@dataclass(frozen=True)
class MotifDrawings:
    """A genotype's motifs that its network uses, top level first, as the server draws them."""

    pictures: tuple[tuple[str, str], ...]
    """Name such as L2-M3, and its SVG."""
    left_out: int = 0

    def _repr_html_(self) -> str:
        found = "".join(
            f'<figure style="display:inline-block;margin:8px"><figcaption>{escape(name)}</figcaption>{svg}</figure>'
            for name, svg in self.pictures
        )
        more = f"<p>and {self.left_out} more motifs</p>" if self.left_out else ""
        return f'<div style="background:#fff;color:#111">{found}{more}</div>'


def motif_drawings(transport: Transport, key: str) -> MotifDrawings:
    """Of a stored genotype. Asks for one picture a motif, at most a dozen."""
    rows = transport.call("GET", f"/genotypes/{key}/motifs")["items"]
    used = [row for row in rows if row["uses"]]
    used.sort(key=lambda row: (-row["level"], row["slot"]))
    names = [f"L{row['level']}-M{row['slot']}" for row in used]
    pictures = [
        (name, _inline(transport.fetch("GET", f"/genotypes/{key}/drawings/{name}.svg")))
        for name in names[:MOST_MOTIFS]
    ]
    return MotifDrawings(tuple(pictures), max(0, len(names) - MOST_MOTIFS))


def experiment_html(transport: Transport, row: ExperimentRecord, address: str) -> str:
    """Where it stands, and the motifs of its best; a picture that cannot be had is left out."""
    nothing = ", nothing found" if row.found_nothing else ""
    where = f"{row.state}{nothing}, {row.evaluated:,} of {row.individuals:,} networks evaluated, {row.failed:,} failed"
    best, drawn = row.best, ""
    if best is not None:
        where += f"; best #{best.step}"
        where += f" with {100 * best.fitness:.2f} %" if best.fitness is not None else ""
        try:
            drawn = motif_drawings(transport, best.genotype_key)._repr_html_()
        except NaswebError:
            drawn = ""
    name = f'<a href="{escape(address)}">{escape(row.name)}</a>'
    return f"<div><p><strong>{name}</strong>: {escape(where)}</p>{drawn}</div>"


def individuals_html(rows: Iterable[Individual], *, more: bool) -> str:
    """A table of them; `more`: whether there are others behind these."""
    head = "".join(f"<th>{name}</th>" for name in HEADINGS)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(row))}</tr>" for row in rows)
    end = "<p>and more: iterate, or to_frame()</p>" if more else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{end}"


def _cells(row: Individual) -> list[str]:
    changed: Any = row.raw.get("mutation")
    return [
        str(row.step),
        row.state,
        "–" if row.fitness is None else f"{100 * row.fitness:.2f} %",
        f"{row.parameters:,}",
        str(row.generation),
        "–" if row.parent_step is None else f"#{row.parent_step}",
        changed["text"] if changed else "",
        row.text,
    ]


def _inline(svg: bytes) -> str:
    """Without what stands before the element in a file of its own."""
    text = svg.decode()
    return text[text.index("<svg") :]
