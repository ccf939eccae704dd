"""Third-party files are what package.json pins, unchanged, and come with their licences."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "static" / "vendor"


def test_every_vendored_file_is_the_one_in_the_manifest() -> None:
    sums = json.loads((FOLDER / "manifest.json").read_text())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.iterdir()
        if path.name not in ("manifest.json", "update.sh")
    }
    assert found == sums


def test_the_files_are_of_the_versions_that_package_json_pins() -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert f'version="{pinned["htmx.org"]}"' in (FOLDER / "htmx.min.js").read_text()
    assert f"(v{pinned['uplot']})" in (FOLDER / "uplot.min.js").read_text()
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in pinned} == pinned


def test_the_lock_file_carries_sums_and_no_addresses() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert "resolved" not in text
    assert "://" not in text
    assert text.count("sha512-") == 2


def test_each_package_has_its_licence_and_all_scripts_and_styles_stay_under_100_kib() -> None:
    for package in ("htmx", "uplot"):
        assert (FOLDER / f"{package}.LICENSE.txt").stat().st_size > 100
    size = sum(path.stat().st_size for path in FOLDER.glob("*.min.*"))
    assert size < 100 * 1024


def test_own_scripts_import_each_other_by_relative_paths_that_exist() -> None:
    for script in (ROOT / "static" / "js").glob("*.js"):
        for wanted in re.findall(r"""from ["']([^"']+)["']|import ["']([^"']+)["']""", script.read_text()):
            path = next(filter(None, wanted))
            assert path.startswith("./"), f"{script.name}: {path}"
            assert (script.parent / path).is_file(), f"{script.name}: {path}"


def test_a_deployment_can_collect_and_hash_every_file(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert re.fullmatch(r"/static/js/experiment\.[0-9a-f]+\.js", staticfiles_storage.url("js/experiment.js"))
    assert (tmp_path / "js" / "live-curves.js").is_file(), "what modules import keeps its plain name too"
