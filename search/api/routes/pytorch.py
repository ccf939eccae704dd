"""Routes: PyTorch code and trained weights."""

from collections.abc import Iterable

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Query, Router

from search import models
from search.api.problems import invalid, not_found
from search.api.routes.evaluations import evaluation_or_404
from search.api.routes.exports import as_file
from search.api.routes.genotypes import genotype_or_404
from search.api.schemas.base import EvaluationId, GenotypeKey, RepeatNumber
from search.api.schemas.inspections import HostQuery
from search.artifacts.weights import weights_file
from search.evolution.experiments.config import Protocol
from search.evolution.export.pytorch_code import pytorch_code
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype

router = Router(tags=["pytorch"])
PYTHON = "text/x-python"
EXAMPLE = pytorch_code(build_phenotype(PUBLISHED["liu2018"].genotype), Host())


@router.get(
    "/genotypes/{key}/network.py",
    summary="Take a genotype away as PyTorch code",
    openapi_extra=as_file(PYTHON, EXAMPLE),
)
def genotype_as_pytorch(request: HttpRequest, key: GenotypeKey, host: Query[HostQuery]) -> HttpResponse:
    """One file that needs nothing but torch: the network that this genotype builds in a host."""
    return _code(genotype_or_404(key), host.to_host(), "key", key, [])


@router.get(
    "/evaluations/{evaluation_id}/network.py",
    summary="Take a trained network away as PyTorch code",
    openapi_extra=as_file(PYTHON, EXAMPLE),
)
def evaluation_as_pytorch(request: HttpRequest, evaluation_id: EvaluationId) -> HttpResponse:
    """The network as its protocol has it; `load` in the file reads the weights of a repeat."""
    row = evaluation_or_404(evaluation_id)
    protocol = Protocol.model_validate(row.protocol)
    about = [
        f"Trained on {protocol.dataset}: {protocol.steps} steps of {protocol.batch_size} images, learning rate "
        f"{protocol.learning_rate:g}, schedule {protocol.schedule}, evaluation {row.pk}",
        f"Protocol: {row.protocol_key}",
    ]
    return _code(row.genotype, protocol.shape_host, "evaluation_id", evaluation_id, about)


@router.get(
    "/evaluations/{evaluation_id}/repeats/{repeat}/weights.pt",
    summary="Take the weights of a finished repeat away",
    openapi_extra={
        "responses": {
            200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
        }
    },
)
def repeat_weights(request: HttpRequest, evaluation_id: EvaluationId, repeat: RepeatNumber) -> FileResponse:
    """For `load` in the network's code, or `torch.load(..., weights_only=True)`. Not all are kept for ever."""
    row = evaluation_or_404(evaluation_id)
    path = weights_file(
        phenotype_key=row.phenotype_key,
        protocol_key=row.protocol_key,
        context_key=row.context_key,
        repeat=repeat,
    )
    if path is None:
        raise not_found("weights", f"evaluation {evaluation_id}, repeat {repeat}")
    try:
        content = path.open("rb")
    except FileNotFoundError:  # a worker has just made room
        raise not_found("weights", f"evaluation {evaluation_id}, repeat {repeat}") from None
    name = f"weights-{row.phenotype_key[:8]}-{repeat + 1}.pt"
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")


def _code(row: models.Genotype, host: Host, field: str, value: object, about: Iterable[str]) -> HttpResponse:
    genotype = Genotype.of_row(row)
    try:
        phenotype = build_phenotype(genotype)
    except Infeasible as refusal:
        raise invalid("path", field, str(refusal), value) from None
    text = pytorch_code(phenotype, host, about=(f"Genotype: {genotype.text}", *about))
    response = HttpResponse(text, content_type=f"{PYTHON}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="network_{phenotype.key[:8]}.py"'
    return response
