"""Names in a legend are told apart, however they begin."""

from visualize.charts.short_names import short_names

STUDY = "Table 1 on CIFAR-10-JPEG75: Hierarchical, random search (14), seed"


def test_what_several_begin_with_is_left_out() -> None:
    assert short_names([f"{STUDY} 1", f"{STUDY} 2", "Quick demo"], 24) == ["… 1", "… 2", "Quick demo"]


def test_each_keeps_what_only_some_of_the_others_share() -> None:
    names = [f"{STUDY} 1", f"{STUDY} 2", "Table 1 on Fashion-MNIST: Flat, evolution (14), seed 1"]
    assert short_names(names, 40)[2] == "… Fashion-MNIST: Flat, evolution (14), …"
    assert len(set(short_names(names, 40))) == 3


def test_names_that_fit_stay_whole() -> None:
    assert short_names(["Quick demo", "Quick demo 2"], 12) == ["Quick demo", "Quick demo 2"]
    assert short_names(["Quick demo 2"], 8) == ["Quick d…"]


def test_equal_names_stay_as_they_are() -> None:
    assert short_names([STUDY, STUDY], 11) == ["Table 1 on…"] * 2
