"""PyTorch export: a network as one readable file that needs only torch.

Its modules carry the names of those that train, so kept weights load into it as they are, and it computes the same
operations in the same order, so its scores are the same. Written without torch: the web process offers it.

Pure Python: must import neither Django nor torch.
"""

from collections import Counter
from collections.abc import Sequence

from search.evolution.export.pytorch_parts import CONVOLUTION, HEAD, HOST_PARTS, NETWORK, PARTS
from search.evolution.genotypes.primitives import primitive
from search.evolution.networks.cost import PlacedLayer, host_places, network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, joined_width
from search.evolution.networks.program import Held, Program, Step, cell_program

_CLASSES = {
    "conv1x1": "PointwiseConvolution",
    "dw3x3": "DepthwiseConvolution",
    "sep3x3": "SeparableConvolution",
    "max3x3": "MaxPool",
    "avg3x3": "AveragePool",
}


def pytorch_code(
    phenotype: Phenotype, host: Host, *, about: tuple[str, ...] = (), names: Sequence[Sequence[str]] = ()
) -> str:
    """The file's text. Each line of `about` becomes a comment below the docstring, the names of the operations of each
    cell (see `names_by_cell`) comments beside them."""
    places = host_places(phenotype, host)
    cost = network_cost(phenotype, host)
    programs = [cell_program(cell) for cell in phenotype.cells]
    used = {_CLASSES[step.name] for program in programs for step in program.steps}
    used |= {_host_class(place) for place in places}
    head = HEAD.format(
        key=phenotype.key,
        channels=host.image_channels,
        size=host.image_size,
        classes=host.classes,
        parameters=cost.parameters,
        multiply_adds=cost.multiply_adds,
        about="".join(f"# {_one_line(line)}\n" for line in about),
    )
    parts = [head, CONVOLUTION]
    parts += [text for name, text in {**PARTS, **HOST_PARTS}.items() if name in used]
    classes = _cell_classes(phenotype)
    parts += [
        _cell(name, program, cell, names[number] if names else ())
        for number, (name, program, cell) in enumerate(zip(classes, programs, phenotype.cells, strict=True))
    ]
    parts.append(_network(places, host, classes))
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell_classes(phenotype: Phenotype) -> tuple[str, ...]:
    """Of each of its cells the class's name."""
    return ("Cell",) if phenotype.reduction is None else ("NormalCell", "ReductionCell")


_ABOUT_CELLS = {
    "Cell": "The evolved cell",
    "NormalCell": "The evolved normal cell",
    "ReductionCell": "The evolved reduction cell, which stands before each convolution of stride 2",
}


def _cell(class_name: str, program: Program, phenotype: Phenotype, names: Sequence[str]) -> str:
    widths = phenotype.widths(1)
    count = len(program.steps)
    built = [
        f'                "{step.value}": {_built(step, joined_width(step.reads, widths))},'
        + (f"  # {names[step.value - 1]}" if names else "")
        for step in program.steps
    ]
    return "\n".join(
        [
            f"class {class_name}(nn.Module):",
            f'    """{_ABOUT_CELLS[class_name]}: {count} operation{"" if count == 1 else "s"}, C channels in, '
            f'{_times(phenotype.output_width(1))} out."""',
            "",
            "    def __init__(self, c: int) -> None:",
            "        super().__init__()",
            "        self.operations = nn.ModuleDict(",
            "            {",
            *built,
            "            }",
            "        )",
            "",
            "    def forward(self, x: Tensor) -> Tensor:",
            "        run = self.operations",
            *_computed(program),
        ]
    )


def _computed(program: Program) -> list[str]:
    """The lines of `forward`: each operation, and before it the concatenation that several read."""
    shared = _shared(program)

    def read(held: Held) -> str:
        return _name(held) if held in shared or _is_single(held) else _cat(held)

    lines = []
    for step in program.steps:
        if shared.get(step.reads) is step:
            lines.append(f"        {_name(step.reads)} = {_cat(step.reads)}")
        lines.append(f'        v{step.value} = run["{step.value}"]({read(step.reads)})')
    return [*lines, f"        return {read(program.output)}"]


def _built(step: Step, width: int) -> str:
    """The line that builds an operation from the channels it reads, a multiple of C."""
    row = primitive(step.name)
    read = "c" if width == 1 else f"{width} * c"
    if not row.has_weights:
        return f"{_CLASSES[step.name]}()"
    return f"{_CLASSES[step.name]}({read}, c)" if row.pointwise else f"{_CLASSES[step.name]}({read})"


def _shared(program: Program) -> dict[Held, Step]:
    """Concatenations that several read -> the first of these, where it is made."""
    readers = Counter([step.reads for step in program.steps] + [program.output])
    first: dict[Held, Step] = {}
    for step in program.steps:
        if readers[step.reads] > 1 and not _is_single(step.reads):
            first.setdefault(step.reads, step)
    return first


def _is_single(held: Held) -> bool:
    return len(held) == 1 and held[0][1] == 1


def _value(value: int) -> str:
    return f"v{value}" if value else "x"


def _name(held: Held) -> str:
    """A variable's name: the values in it, with how often."""
    return "_".join(_value(value) + (f"x{times}" if times > 1 else "") for value, times in held)


def _cat(held: Held) -> str:
    """One line; a value that is read several times is not written several times."""
    if any(times > 1 for _, times in held):
        return f"torch.cat({' + '.join(f'{times} * [{_value(value)}]' for value, times in held)}, dim=1)"
    return f"torch.cat([{', '.join(_value(value) for value, _ in held)}], dim=1)"


def _times(width: int) -> str:
    return "C" if width == 1 else f"{width} C"


def _host_class(place: PlacedLayer) -> str:
    names = {"conv3x3": "FullConvolution", "sep3x3": "SeparableConvolution", "pool_linear": "Classifier"}
    return names.get(place.layer.kind, "Cell")


def _network(places: list[PlacedLayer], host: Host, classes: tuple[str, ...]) -> str:
    return NETWORK.format(
        layers="\n".join(f"            {_layer(place, classes)}" for place in places),
        last=len(places) - 1,
        channels=host.image_channels,
        classes=host.classes,
    )


def _layer(place: PlacedLayer, classes: tuple[str, ...]) -> str:
    leaves = f"{place.output_width} x {place.output_size} x {place.output_size}"
    if place.layer.kind == "cell":
        return f"{classes[-1 if place.layer.reduces else 0]}({place.layer.width}),  # {leaves}"
    if place.layer.kind == "pool_linear":
        return f"Classifier({place.input_width}, classes),"
    stride = f", stride={place.layer.stride}" if place.layer.stride > 1 else ""
    return f"{_host_class(place)}({place.input_width}, {place.output_width}{stride}),  # {leaves}"
