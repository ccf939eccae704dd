"""Debian's Chromium, driven by Playwright; never a browser that a package downloads."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NOTHING_STORED = "try { localStorage.clear(); sessionStorage.clear(); } catch { /* a page of no site */ }"


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Raises RuntimeError where it is not installed."""
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("Chromium is not installed: `make services` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Complaints:
    """What pages complain about: errors on the console, which policy violations and missing files are too, and
    exceptions that nobody caught."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def listen_to(self, context: BrowserContext) -> None:
        context.on("console", self._note)
        context.on(
            "weberror",
            lambda error: self.texts.append(f"{error.page.url if error.page else ''}: {error.error}"),
        )

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.texts.append(f"{message.location['url']}: {message.text}")


class Window:
    """One tab that visits many pages, each as if it were the first: only its process, its cache of files and what is
    compiled of them stay."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        context.add_init_script(NOTHING_STORED)
        self.page = context.new_page()
        self.complaints = Complaints()
        self.complaints.listen_to(context)

    @contextmanager
    def visit(self, *, expected: str = "") -> Iterator[Page]:
        """The tab, for one page; whatever that complains about fails the test, except for texts that hold the expected
        one."""
        self.complaints.texts.clear()
        try:
            yield self.page
            complaints = list(self.complaints.texts)
        finally:
            self.page.goto("about:blank")  # what the page still waits for is broken off unheard
            self.context.clear_cookies()
        assert [text for text in complaints if not expected or expected not in text] == []


@contextmanager
def open_window(browser: Browser, **options: Any) -> Iterator[Window]:
    context = browser.new_context(**options)
    context.set_default_timeout(15_000)
    try:
        yield Window(context)
    finally:
        context.close()


@contextmanager
def quiet_context(browser: Browser, *, expected: str = "", **options: Any) -> Iterator[BrowserContext]:
    """A browsing context, 1280 pixels wide unless told otherwise, in which whatever a page complains about fails
    the test, except for texts that hold the expected one."""
    complaints = Complaints()
    context = browser.new_context(**{"viewport": DESKTOP, **options})
    context.set_default_timeout(15_000)
    complaints.listen_to(context)
    try:
        yield context
    finally:
        context.close()
    assert [text for text in complaints.texts if not expected or expected not in text] == []
