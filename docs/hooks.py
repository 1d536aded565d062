"""What becomes of the pages on the site. They are written to be read in the repository, too.

A page may link to a file outside ``docs``: a test, an example, the changelog. The site has no
repository to lead to, so that each of these files becomes a page of its own, below ``repository/``.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import cast

from markdown import Extension, Markdown
from markdown.blockprocessors import build_block_parser
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
DOCS = "docs/"
#: Where the pages of files outside ``docs`` are.
REPOSITORY = "repository/"

#: Has every word there is: the pages that explain them are to be found first.
_LONGEST = "reference/compatibility.md"
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|<|#)([^)#\s]+)")
_NAMED_FENCE = re.compile(r"^( *```\w+) +([^\s{=]+)$", re.MULTILINE)
_LANGUAGES = {"py": "python", "mjs": "js", "proto": "protobuf", "md": "markdown", "": "text"}


class ListsAsOnGitHub(Extension):
    """What belongs to an item of a list may be indented by two or three blanks, too."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Count two blanks as one step, which the parser has to know when it is built."""
        md.tab_length = 2
        md.parser = build_block_parser(md)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read lists as they are written."""
    # The first, as others add to the parser.
    config.markdown_extensions.insert(0, cast("str", ListsAsOnGitHub()))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each file outside ``docs`` that a page leads to, however far."""
    found = [page.src_uri for page in files.documentation_pages()]
    while found:
        source = found.pop()
        text = files.src_uris[source].content_string
        for path in _outside(text, source):
            page = site_page(path)
            if page not in files.src_uris:
                files.append(File.generated(config, page, content=content(path)))
                found.append(page)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links lead to pages of the site, and blocks with a name show it."""
    if page.file.src_uri == _LONGEST:
        page.meta["search"] = {"boost": 0.2}
    return site_markdown(markdown, page.file.src_uri)


def site_markdown(text: str, page: str) -> str:
    """The text of a page as it is on the site."""

    def inside(link: re.Match[str]) -> str:
        target = site_page(repository_path(link[1], page))
        return posixpath.relpath(target, posixpath.dirname(page) or ".")

    return _NAMED_FENCE.sub(r'\1 title="\2"', _LINK.sub(inside, text))


def repository_path(link: str, page: str) -> str:
    """Where in the repository the link of a page leads to."""
    source = page.removeprefix(REPOSITORY) if page.startswith(REPOSITORY) else DOCS + page
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), link))


def site_page(path: str) -> str:
    """The page of the site for a file or folder of the repository."""
    if path.startswith(DOCS):
        return path.removeprefix(DOCS)
    if (ROOT / path).is_dir():
        path = f"{path}/README.md"
    # A page called index.html would be that of its folder.
    return REPOSITORY + (path if path.endswith(".md") else f"{path.replace('.', '-')}.md")


def _outside(text: str, page: str) -> Iterator[str]:
    for link in _LINK.findall(text):
        path = repository_path(link, page)
        # A link that leads nowhere is found when the page is rendered.
        if not path.startswith(DOCS) and (ROOT / path).exists():
            yield path


def content(path: str) -> str:
    """The text of the page for a file or folder outside ``docs``."""
    found = ROOT / path
    if found.name == "README.md" or found.is_dir():
        return _folder(found.parent if found.is_file() else found)
    text = found.read_text(encoding="utf-8")
    if path.endswith(".md"):
        return text
    suffix = PurePosixPath(path).suffix.removeprefix(".")
    language = _LANGUAGES.get(suffix, suffix)
    return f"{_UNSEARCHED}# {path}\n\n~~~~~~{language}\n{text}\n~~~~~~\n"


#: Who looks for a word wants the page that explains it, not every file that has it.
_UNSEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"


def _folder(folder: Path) -> str:
    """What the folder says of itself, and what is in it."""
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else f"# {folder.name}\n"
    return f"{_UNSEARCHED}{text}\n## Files\n\n{''.join(_listing(folder))}"


def _listing(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if not path.name.startswith((".", "__", "README")):
            yield f"- [{path.name}]({path.name})\n"
