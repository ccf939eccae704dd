"""What a folder of images is taken for: read right, passed over and said, or refused by name."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from search.evolution.evaluation import EvaluationFailed
from search.training.data.folder_layout import Layout, read_layout


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """put("red/1.png", ...) makes files of these names; they are never opened here."""

    def make(*names: str) -> Path:
        for name in names:
            path = tmp_path / "pets" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x") if not name.endswith("/") else path.mkdir(exist_ok=True)
        return tmp_path / "pets"

    return make


def found(layout: Layout) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {name: [] for name in layout.classes}
    for file in layout.search:
        files[layout.classes[file.label]].append(str(file.path.relative_to(layout.folder)))
    return files


CAT_AND_DOG = ("cat/1.png", "dog/1.JPG", "dog/2.jfif")


def test_one_directory_a_class_is_read_with_what_lies_deeper_in_it(put: Callable[..., Path]) -> None:
    layout = read_layout(put(*CAT_AND_DOG, "dog/puppies/3.webp"))
    assert found(layout) == {"cat": ["cat/1.png"], "dog": ["dog/1.JPG", "dog/2.jfif", "dog/puppies/3.webp"]}
    assert layout.passed_over == ()


@pytest.mark.parametrize(
    "hidden",
    [
        "cat/.ipynb_checkpoints/1.png",
        "cat/@eaDir/1.png/SYNO.jpg",
        "__MACOSX/cat/._1.png",
        "cat/._1.png",
        ".cache/x.png",
    ],
)
def test_hidden_and_tool_made_files_are_passed_over_and_said(put: Callable[..., Path], hidden: str) -> None:
    layout = read_layout(put(*CAT_AND_DOG, hidden))
    assert sum(map(len, found(layout).values())) == 3
    assert layout.classes == ("cat", "dog")
    [said] = layout.passed_over
    assert said.startswith("Passed over: 1 image in hidden or tool-made files and folders (")


def test_an_empty_class_directory_and_other_files_are_passed_over_and_said(put: Callable[..., Path]) -> None:
    layout = read_layout(put(*CAT_AND_DOG, "aempty/", "dog/notes.txt", "cover.png"))
    assert layout.classes == ("cat", "dog")
    said = " ".join(layout.passed_over)
    assert "Passed over: the empty class directory aempty/." in said
    assert "Passed over: 1 image beside the class directories." in said
    assert "Passed over: 1 other file (.txt)." in said


def test_train_val_and_test_are_splits_and_the_test_set_is_apart(put: Callable[..., Path]) -> None:
    layout = read_layout(
        put("Train/cat/1.png", "Train/dog/1.png", "val/cat/2.png", "val/dog/2.png", "test/cat/3.png")
    )
    assert found(layout) == {
        "cat": ["Train/cat/1.png", "val/cat/2.png"],
        "dog": ["Train/dog/1.png", "val/dog/2.png"],
    }
    assert [file.path.name for file in layout.test] == ["3.png"]
    assert "Train/ and val/ are one pool" in layout.description


def test_what_is_in_the_test_set_changes_no_search(put: Callable[..., Path]) -> None:
    before = read_layout(put("train/cat/1.png", "train/dog/1.png", "test/cat/3.png")).inventory
    after = read_layout(put("test/dog/4.png"))
    assert (after.inventory, len(after.test)) == (before, 2)
    assert read_layout(put("train/dog/5.png")).inventory != before


def test_test_images_without_classes_are_passed_over_and_said(put: Callable[..., Path]) -> None:
    layout = read_layout(put("train/cat/1.png", "train/dog/1.png", "test/1.png", "test/2.png"))
    assert layout.test == ()
    assert layout.passed_over == ("Passed over: 2 images without class directories in test/.",)


def test_classes_named_like_splits_are_classes_where_they_hold_images(put: Callable[..., Path]) -> None:
    assert read_layout(put("bus/1.png", "car/1.png", "train/1.png")).classes == ("bus", "car", "train")


@pytest.mark.parametrize(
    "names,said",
    [
        (("train/1.png", "val/2.png"), "no train/ with class directories"),
        (("test/cat/1.png", "val/dog/1.png"), "no train/"),
        (("cat/train/1.png", "cat/test/1.png", "dog/train/1.png"), "put train/ and test/ at the top"),
        (("train/cat/1.png", "train/dog/1.png", "bus/1.png"), "put bus/ into train/ if it is a class"),
        (("train/cat/1.png", "train/dog/1.png", "val/mouse/1.png"), "lack: mouse"),
        (
            ("animals/cat/1.png", "animals/dog/1.png", "things/cup/1.png"),
            "animals holds no images of its own",
        ),
        (("pets/cat/1.png", "pets/dog/1.png"), "put the class directories directly into"),
        (("cat/1.png", "dog/a.txt"), "dog holds no image that can be read, only 1 .txt"),
        (("cat/1.png", "dog/1.png", "dog/2.heic"), "2.heic is of a kind that is not read"),
        (("cat/1.png",), "at least two; found 1"),
        (("1.png", "2.png"), "at least two; found 0"),
    ],
)
def test_what_could_be_taken_for_something_else_is_refused_by_name(
    put: Callable[..., Path], names: tuple[str, ...], said: str
) -> None:
    with pytest.raises(EvaluationFailed) as refused:
        read_layout(put(*names))
    assert refused.value.code == "dataset_unavailable"
    assert said in refused.value.message


def test_links_are_followed_and_those_that_lead_nowhere_or_in_circles_are_refused(
    put: Callable[..., Path],
) -> None:
    folder = put(*CAT_AND_DOG, "elsewhere/1.png")
    (folder / "link").symlink_to(folder / "elsewhere")
    assert read_layout(folder).classes == ("cat", "dog", "elsewhere", "link")
    (folder / "cat" / "gone.png").symlink_to(folder / "nothing")
    with pytest.raises(EvaluationFailed, match=r"gone\.png cannot be read"):
        read_layout(folder)
    (folder / "cat" / "gone.png").unlink()
    (folder / "cat" / "up").symlink_to(folder)
    with pytest.raises(EvaluationFailed, match="leads into itself"):
        read_layout(folder)


def test_a_directory_that_may_not_be_read_is_refused_by_name(
    put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(*CAT_AND_DOG)
    scan = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "dog":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(EvaluationFailed, match=r"dog cannot be read \(Permission denied\)"):
        read_layout(folder)
