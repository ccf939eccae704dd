"""The Kubernetes manifests, read without a cluster: against the schemas, and against each other."""

import shutil
import subprocess
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.build.tree import ROOT

FOLDER = ROOT / "docker/kubernetes"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
RELEASE = "1.31"
DOCUMENTS: dict[str, dict[str, Any]] = {
    f"{name}:{document['kind']}:{document['metadata']['name']}": document
    for name in KUSTOMIZATION["resources"]
    for document in yaml.safe_load_all((FOLDER / name).read_text())
}
PODS = {
    name: document["spec"]["template"]["spec"]
    for name, document in DOCUMENTS.items()
    if document["kind"] in ("Deployment", "Job")
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schemas_of_kubernetes_accept_each_manifest(name: str) -> None:
    kubernetes_validate.validate(DOCUMENTS[name], RELEASE, strict=True)


def test_a_misspelt_field_is_refused() -> None:
    broken = yaml.safe_load((FOLDER / "migrate.yaml").read_text())
    broken["spec"]["backofLimit"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, RELEASE, strict=True)


def test_every_file_of_the_folder_is_applied_but_the_optional_one() -> None:
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml", "keda.yaml"}
    assert files == set(KUSTOMIZATION["resources"])


@pytest.mark.parametrize("name", PODS)
def test_every_container_is_a_stranger_with_a_root_it_cannot_write(name: str) -> None:
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in pod["containers"]:
        held = container["securityContext"]
        assert held["readOnlyRootFilesystem"] is True
        assert held["allowPrivilegeEscalation"] is False
        assert held["capabilities"] == {"drop": ["ALL"]}
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
        assert "memory" in container["resources"]["limits"]


def test_every_part_that_stays_is_watched() -> None:
    watched = {name for name, pod in PODS.items() if all("livenessProbe" in one for one in pod["containers"])}
    assert {name.split(":")[2] for name in set(PODS) - watched} == {"migrate"}


def test_names_that_refer_to_each_other_exist() -> None:
    claims = {doc["metadata"]["name"] for doc in DOCUMENTS.values() if doc["kind"] == "PersistentVolumeClaim"}
    used = {
        volume["persistentVolumeClaim"]["claimName"]
        for pod in PODS.values()
        for volume in pod["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert used == claims
    labels = [
        doc["spec"]["template"]["metadata"]["labels"]
        for doc in DOCUMENTS.values()
        if doc["kind"] == "Deployment"
    ]
    for document in DOCUMENTS.values():
        if document["kind"] in ("Service", "PodDisruptionBudget"):
            selector = document["spec"]["selector"]
            wanted = selector.get("matchLabels", selector)
            assert any(wanted.items() <= have.items() for have in labels), document["metadata"]["name"]
    scaled = yaml.safe_load((FOLDER / "keda.yaml").read_text())["spec"]["scaleTargetRef"]["name"]
    assert any(key.endswith(f":Deployment:{scaled}") for key in DOCUMENTS)


def test_containers_run_what_the_compose_file_runs() -> None:
    """One truth for both: the queues and the clock's command."""
    compose = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())["services"]
    here = {name.split(":")[2]: pod["containers"][0].get("command") for name, pod in PODS.items()}
    for name in ("steps", "sweeps", "learner", "beat"):
        assert [part.replace("$$", "$") for part in compose[name]["command"]] == here[name], name
    assert set(compose) - set(here) == {"postgres", "redis", "proxy", "worker"}, (
        "an ingress is the proxy there"
    )
    assert set(here) - set(compose) == {"worker-cpu", "worker-gpu"}


BUILDERS = [
    command for command in (["kustomize", "build"], ["kubectl", "kustomize"]) if shutil.which(command[0])
]


def test_what_kustomize_builds_is_every_manifest_and_the_schemas_accept_it() -> None:
    """With the tools that are on this machine, kubeconform's own reading among them; none of them is needed."""
    for command in BUILDERS:
        built = subprocess.run([*command, str(FOLDER)], capture_output=True, text=True, check=True).stdout
        documents = list(yaml.safe_load_all(built))
        names = {(one["kind"], one["metadata"]["name"]) for one in documents}
        assert names == {(one["kind"], one["metadata"]["name"]) for one in DOCUMENTS.values()}
        for document in documents:
            kubernetes_validate.validate(document, RELEASE, strict=True)
            assert document["kind"] == "Namespace" or document["metadata"]["namespace"] == "nasweb"
        if conform := shutil.which("kubeconform"):
            subprocess.run([conform, "-strict", "-"], input=built, text=True, check=True)
