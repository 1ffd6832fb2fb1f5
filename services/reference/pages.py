"""The pages by the names of their files."""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from services.reference.definitions_page import definitions_page
from services.reference.events_page import events_page
from services.reference.markdown import table
from services.reference.metrics_page import metrics_page
from services.reference.settings_page import settings_page
from services.reference.verbs_page import verbs_page

WRITTEN: Final = "Written by `python -m services.reference` from the code; a test holds them to each other."


class Page(Struct, frozen=True):
    """One page: its file, its heading, and what draws the rest."""

    file: str
    title: str
    draw: Callable[[], str]


PAGES: Final = (
    Page("verbs.md", "Command line", verbs_page),
    Page("settings.md", "Settings", settings_page),
    Page("metrics.md", "Metrics", metrics_page),
    Page("definitions.md", "Definitions", definitions_page),
    Page("events.md", "Events", events_page),
)


def reference_files() -> Mapping[str, str]:
    """Every page as text, and the list of them, by file name."""
    listed = table(
        ("page", ""), [(f"[{page.title}]({page.file})", (page.draw.__doc__ or "").strip()) for page in PAGES]
    )
    index = f"# Reference\n\n{WRITTEN} A running service tells its HTTP interface at `/docs`.\n\n{listed}"
    return {"README.md": index} | {page.file: f"# {page.title}\n\n{WRITTEN}\n\n{page.draw()}" for page in PAGES}
