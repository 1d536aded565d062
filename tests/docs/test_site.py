"""The documentation is a site, too: whole, as in the repository, and good without a network."""

import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import webpubsub
from docs.hooks import content, repository_path, site_markdown, site_page
from tests.cli.processes import ROOT, environment

SETTINGS = ROOT / "mkdocs.yml"
DOCS = ROOT / "docs"
API = DOCS / "reference" / "python-api.md"
PAGES = sorted(page.relative_to(DOCS) for page in DOCS.rglob("*.md"))
#: What a page is made of, by the names of GitHub's parser and of HTML.
PARTS = {
    "heading_open": re.compile(r"h[1-6]"),
    "list_item_open": re.compile("li"),
    "fence": re.compile("pre"),
    "table_open": re.compile("table"),
    "tr_open": re.compile("tr"),
}


class Elements(HTMLParser):
    """The elements of a page with their attributes; ``article`` has those of its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.article: list[str] = []
        self._in_article = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._in_article |= tag == "article"
        if self._in_article:
            self.article.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._in_article &= tag != "article"


def build(settings: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build a site as the README says, into a folder."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", settings, "-d", folder],
        cwd=ROOT,
        env=environment() | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, with nothing wrong in it."""
    folder = tmp_path_factory.mktemp("site")
    done = build(SETTINGS, folder)
    assert done.returncode == 0, done.stderr
    return folder


def html(site: Path, page: Path) -> Elements:
    """The page as the site has it."""
    folder = page.parent if page.stem == "index" else page.with_suffix("")
    return Elements((site / folder / "index.html").read_text(encoding="utf-8"))


@pytest.mark.timeout(180)
def test_every_page_has_the_parts_that_github_shows(site: Path) -> None:
    """Dialects of Markdown differ in lists above all; ``python-api`` is made from the code."""
    for page in PAGES:
        if page != API.relative_to(DOCS):
            text = (DOCS / page).read_text(encoding="utf-8")
            assert _on_the_site(html(site, page)) == _on_github(text), page


def _on_github(text: str) -> Counter[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return Counter(token.type for token in tokens if token.type in PARTS)


def _on_the_site(page: Elements) -> Counter[str]:
    return Counter(
        part for tag in page.article for part, names in PARTS.items() if names.fullmatch(tag)
    )


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    """No font, script, style or image; diagrams would need a script from elsewhere."""
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert 'class="mermaid"' not in text, path
        for tag, attributes in Elements(text).found:
            if tag != "a":
                for name in ("href", "src", "srcset"):
                    assert not re.match("(https?:)?//", attributes.get(name) or ""), path
    for path in site.rglob("*.css"):
        assert not re.search(r"url\(\W?(https?:)?//|@import", path.read_text(encoding="utf-8"))


def test_the_api_is_documented_whole(site: Path) -> None:
    """Every name that an app can import, and how each is called."""
    text = API.read_text(encoding="utf-8")
    assert sorted(re.findall(r"^::: \S+?(\w+)$", text, re.MULTILINE)) == sorted(webpubsub.__all__)
    headings = {
        found.get("id") for tag, found in html(site, API.relative_to(DOCS)).found if tag == "h3"
    }
    assert len(headings) == len(webpubsub.__all__)


def test_what_is_wrong_fails_the_build(tmp_path: Path) -> None:
    """A link to nowhere, one to a heading that is not there, and a page that nobody finds."""
    pages = tmp_path / "docs"
    pages.mkdir()
    (pages / "index.md").write_text("[a](gone.md) [b](#gone)\n", encoding="utf-8")
    (pages / "lost.md").write_text("# Lost\n", encoding="utf-8")
    settings = tmp_path / "mkdocs.yml"
    settings.write_text(f"INHERIT: {SETTINGS}\nhooks: []\nnav: [index.md]\n", encoding="utf-8")
    done = build(settings, tmp_path / "site")
    assert done.returncode == 1
    warnings = [line for line in done.stderr.splitlines() if line.startswith("WARNING")]
    for fault in ("'gone.md'", "'#gone'"):
        assert any(fault in warning for warning in warnings), fault
    assert "lost.md" in done.stderr
    assert "Aborted with 3 warnings in strict mode!" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("link", "page", "expected"),
    [
        ("../topics/limits.md", "how-to/deploy.md", "docs/topics/limits.md"),
        ("../../examples/chat", "tutorial/first-app.md", "examples/chat"),
        ("../CHANGELOG.md", "index.md", "CHANGELOG.md"),
        ("docs/index.md", "repository/CONTRIBUTING.md", "docs/index.md"),
        ("function_app.py", "repository/examples/chat/README.md", "examples/chat/function_app.py"),
    ],
)
def test_links_are_those_of_the_repository(link: str, page: str, expected: str) -> None:
    """Seen from where the page is there."""
    assert repository_path(link, page) == expected


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("docs/topics/limits.md", "topics/limits.md"),
        ("CHANGELOG.md", "repository/CHANGELOG.md"),
        ("examples/chat", "repository/examples/chat/README.md"),
        ("examples/chat/README.md", "repository/examples/chat/README.md"),
        ("examples/chat/index.html", "repository/examples/chat/index-html.md"),
    ],
)
def test_every_file_has_a_page(path: str, page: str) -> None:
    """Those of the documentation their own; a folder that of its introduction."""
    assert site_page(path) == page


@pytest.mark.parametrize(
    ("text", "page", "expected"),
    [
        (
            "[a](../../examples/chat) [b](limits.md#rest) [c](#here) [d](https://a.b/)",
            "topics/isolation.md",
            "[a](../repository/examples/chat/README.md) [b](limits.md#rest) [c](#here) [d](https://a.b/)",
        ),
        ("```python hello/app.py\n", "index.md", '```python title="hello/app.py"\n'),
        ("```python\n", "index.md", "```python\n"),
    ],
)
def test_pages_are_made_fit_for_the_site(text: str, page: str, expected: str) -> None:
    """Links lead to pages, and names of files stand over them."""
    assert site_markdown(text, page) == expected


def test_a_file_is_shown_as_it_is() -> None:
    """With its name, and out of the way of who searches."""
    page = content("examples/chat/function_app.py")
    assert "exclude: true" in page
    assert "# examples/chat/function_app.py\n\n~~~~~~python\n" in page
    assert (ROOT / "examples/chat/function_app.py").read_text(encoding="utf-8") in page


def test_a_folder_says_what_is_in_it() -> None:
    """Behind its introduction."""
    page = content("examples/chat")
    assert (ROOT / "examples/chat/README.md").read_text(encoding="utf-8") in page
    assert "- [function_app.py](function_app.py)\n" in page
