"""What a page leads to, as a reader without scripts finds it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.error import HTTPError
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import Request, urlopen


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if identity := attributes.get("id"):
            self.ids.add(identity)
        link = attributes.get("src" if tag in ("script", "img") else "href")
        if link and "hidden" not in attributes:  # a script completes those
            self.links.append(link)


@dataclass(frozen=True)
class Answer:
    """One page as it came."""

    address: str
    status: int
    ids: frozenset[str] = frozenset()
    links: tuple[str, ...] = field(default=())
    """Full addresses, with their fragments."""


def read(address: str) -> Answer:
    try:
        with urlopen(Request(address, headers={"Accept": "text/html"}), timeout=60) as answer:
            if "html" not in answer.headers.get_content_type():
                return Answer(address, answer.status)
            reader = _Reader()
            reader.feed(answer.read().decode())
            links = tuple(urljoin(answer.url, link) for link in reader.links)
            return Answer(address, answer.status, frozenset(reader.ids), links)
    except HTTPError as refusal:
        return Answer(address, refusal.code)


def within(answer: Answer, host: str) -> Iterator[tuple[str, str]]:
    """(address, fragment) of every link that stays on the host."""
    for link in answer.links:
        address, fragment = urldefrag(link)
        if urlsplit(address).netloc == urlsplit(host).netloc:
            yield address, fragment
