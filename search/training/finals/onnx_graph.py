"""ONNX graph of a trained network: one node for each convolution, normalisation, ReLU, pool and concatenation.

Written from the program that trains, not traced, so that nodes carry the genotype's names: viewers that group by `/`
show cells and motifs as groups. Needs the packages onnx (here) and onnxruntime (to verify).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from search.evolution.genotypes.primitives import primitive
from search.evolution.networks.cost import PlacedLayer, host_places
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype
from search.evolution.networks.program import Held, Program, cell_program

CellNames = Sequence[Sequence[str]]
OPSET, IR_VERSION = 18, 9
"""Old enough for runtimes of the last years."""
EPSILON = 1e-5
"""Of torch's batch normalisation."""
MOST_BYTES = 2**31 - 2**24
"""Of one ONNX file, what is not weights left out."""
TOO_LARGE = "the weights take {size:,} bytes; one ONNX file holds {most:,}"
SQUARE = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
IMAGES, SCORES = "images", "scores"


def onnx_file(phenotype: Phenotype, host: Host, state: Mapping[str, Tensor], names: CellNames) -> bytes:
    """From images uint8 [N, C, H, W] of pixel values to scores float32 [N, classes], for any N.

    `state`: the weights with the names that train; `names`: those of the operations of each cell (see `names_by_cell`).
    Raises onnx.checker.ValidationError, and ValueError beyond the two gibibytes of the format.
    """
    size = sum(tensor.nbytes for tensor in state.values())
    if size >= MOST_BYTES:
        raise ValueError(TOO_LARGE.format(size=size, most=MOST_BYTES))
    graph = _Graph(state)
    value, cells = graph.scaled(), 0
    programs = [cell_program(cell) for cell in phenotype.cells]
    for index, place in enumerate(host_places(phenotype, host)):
        kind, prefix = place.layer.kind, f"layers.{index}"
        if kind == "cell":
            cells += 1
            which = -1 if place.layer.reduces else 0
            named = [f"cell{cells}/{name}" for name in names[which]]
            value = graph.cell(programs[which], value, prefix, named, f"cell{cells}")
        elif kind == "pool_linear":
            graph.classifier(value, prefix)
        else:
            stem = kind == "conv3x3"
            value = graph.convolution(value, prefix, _layer_name(index, place), place.layer.stride, stem)
    side = host.image_size
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "network",
            [
                helper.make_tensor_value_info(
                    IMAGES, TensorProto.UINT8, ["N", host.image_channels, side, side]
                )
            ],
            [helper.make_tensor_value_info(SCORES, TensorProto.FLOAT, ["N", host.classes])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="nasweb",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _layer_name(index: int, place: PlacedLayer) -> str:
    kind = "stem" if place.layer.kind == "conv3x3" else "reduction" if place.layer.stride > 1 else "separable"
    return f"{kind}{index + 1}"


class _Graph:
    """Nodes and constants as they are added; values are named after the nodes that compute them."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        self._state = state
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._known: set[str] = set()

    def scaled(self) -> str:
        """The images with their pixels scaled as for training."""
        value = self._node("Cast", "pixels/cast", [IMAGES], to=TensorProto.FLOAT)
        value = self._node("Sub", "pixels/subtract_mean", [value, self._constant("mean")])
        return self._node("Mul", "pixels/scale", [value, self._constant("scale")])

    def cell(self, program: Program, value: str, prefix: str, names: Sequence[str], cell: str) -> str:
        """What leaves one cell that reads `value`."""
        values, joined = {0: value}, dict[Held, str]()

        def read(held: Held, reader: str) -> str:
            if len(held) == 1 and held[0][1] == 1:
                return values[held[0][0]]
            if held not in joined:
                parts = [values[one] for one, times in held for _ in range(times)]
                joined[held] = self._node("Concat", f"{reader}/concatenate", parts, axis=1)
            return joined[held]

        for step in program.steps:
            name = names[step.value - 1]
            given = read(step.reads, name)
            if primitive(step.name).has_weights:
                values[step.value] = self.convolution(given, f"{prefix}.operations.{step.value}", name)
            elif step.name == "max3x3":
                values[step.value] = self._node("MaxPool", f"{name}/max_pool", [given], **SQUARE)
            else:
                values[step.value] = self._node(
                    "AveragePool", f"{name}/average_pool", [given], count_include_pad=0, **SQUARE
                )
        return read(program.output, f"{cell}/output")

    def convolution(self, value: str, prefix: str, name: str, stride: int = 1, is_stem: bool = False) -> str:
        """One convolution or two in a row, normalisation, ReLU. A 3x3 one has a filter a channel but in a stem."""
        index = 0
        while (weight := f"{prefix}.convolutions.{index}.weight") in self._state:
            filters = self._state[weight]
            outputs, _, side, _ = filters.shape
            groups = 1 if is_stem or side == 1 else outputs
            kind = "convolution" if is_stem else "pointwise" if side == 1 else "depthwise"
            value = self._node(
                "Conv", f"{name}/{kind}", [value, self._constant(weight)],
                kernel_shape=[side, side], pads=[side // 2] * 4, group=groups,
                strides=[stride if index == 0 else 1] * 2,
            )  # fmt: skip
            index += 1
        parts = ("weight", "bias", "running_mean", "running_var")
        row = [self._constant(f"{prefix}.normalisation.{part}") for part in parts]
        value = self._node("BatchNormalization", f"{name}/normalise", [value, *row], epsilon=EPSILON)
        return self._node("Relu", f"{name}/relu", [value])

    def classifier(self, value: str, prefix: str) -> None:
        """Global average pool, then class scores."""
        axes = "classifier/axes"
        self.constants.append(helper.make_tensor(axes, TensorProto.INT64, [2], [2, 3]))
        value = self._node("ReduceMean", "classifier/average", [value, axes], keepdims=0)
        row = [self._constant(f"{prefix}.linear.{part}") for part in ("weight", "bias")]
        self.nodes.append(
            helper.make_node("Gemm", [value, *row], [SCORES], name="classifier/linear", transB=1)
        )

    def _node(self, kind: str, name: str, inputs: list[str], **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def _constant(self, name: str) -> str:
        if name not in self._known:
            self._known.add(name)
            values = self._state[name].detach().cpu().contiguous().numpy()
            self.constants.append(numpy_helper.from_array(values, name))
        return name
