"""Timing of the animation: when each frame is shown (SMIL)."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

SECONDS = 1.2
"""Each frame stays so long, the last one REST longer."""
REST = 3.0


@dataclass
class Clock:
    """When each of some frames is shown, as shares of the whole."""

    frames: int

    @property
    def seconds(self) -> float:
        return self.frames * SECONDS + REST

    def start(self, place: int) -> float:
        return 1.0 if place >= self.frames else place * SECONDS / self.seconds

    def show(self, element: ET.Element, first: int, end: int) -> ET.Element:
        """Visible from frame `first` up to but not including `end`."""
        last = end >= self.frames
        element.set("visibility", "visible" if last else "hidden")
        values, times = [], []
        if first > 0:
            values, times = ["hidden"], [0.0]
        values.append("visible")
        times.append(self.start(first))
        if not last:
            values.append("hidden")
            times.append(self.start(end))
        if len(values) > 1:
            self._animate(element, "visibility", values, times)
        return element

    def step(self, element: ET.Element, attribute: str, values: Sequence[str]) -> None:
        """One value for each frame."""
        self._animate(element, attribute, values, [self.start(place) for place in range(self.frames)])

    def _animate(
        self, element: ET.Element, attribute: str, values: Sequence[str], times: Sequence[float]
    ) -> None:
        ET.SubElement(
            element,
            "animate",
            {
                "attributeName": attribute,
                "calcMode": "discrete",
                "dur": f"{self.seconds:g}s",
                "repeatCount": "indefinite",
                "values": ";".join(values),
                "keyTimes": ";".join(f"{time:.5f}".rstrip("0").rstrip(".") or "0" for time in times),
            },
        )
