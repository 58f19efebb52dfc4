"""A saved page: its JobPosting data, else its main text."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from verivita.adapters.sources.linked import posting_of_linked, postings_in
from verivita.features.postings.ports import RawPosting, Refused

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_PAGE = 20_000_000
_LEAST_TEXT = 40
_MAIN_TEXT = 200
_LEFT_OUT = "script,style,noscript,template,nav,header,footer,aside,form,iframe,svg,[hidden],[aria-hidden=true]"
_MAIN = (
    "[itemprop=description]",
    "main",
    "article",
    "[role=main]",
    "#content",
    ".job-description",
    ".description",
    "body",
)


def read_page(page: str, source: str, url: str = "", place: str = "page") -> Iterator[RawPosting | Refused]:
    """The postings of one page: each JSON-LD JobPosting once; without one, its title and main text."""
    from selectolax.lexbor import LexborHTMLParser

    if len(page) > MAX_PAGE:
        yield Refused(place, "the page is too large")
        return
    tree = LexborHTMLParser(page)
    address = (
        url or _attribute(tree, "link[rel=canonical]", "href") or _attribute(tree, "meta[property='og:url']", "content")
    )
    seen: set[str] = set()
    for script in tree.css("script"):
        kind = html.unescape(script.attributes.get("type") or "").lower()
        if "ld+json" not in kind:
            continue
        for item in postings_in(_json(script.text())):
            key = json.dumps(item, sort_keys=True, default=str)
            if key not in seen:
                seen.add(key)
                yield posting_of_linked(item, f"{place} {len(seen)}", source, address)
    if not seen:
        yield _from_text(tree, source, address, place)


def _json(text: str) -> object:
    """The value of a JSON-LD script: as it stands, unescaped, or without comments around it; None when hopeless."""
    bare = re.sub(r"^\s*(?:<!\[CDATA\[|<!--|//<!\[CDATA\[)|(?:\]\]>|-->|//\]\]>)\s*$", "", text.strip())
    for candidate in (bare, html.unescape(bare), re.sub(r",\s*([}\]])", r"\1", bare)):
        try:
            value: object = json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
        return value
    return None


def _from_text(tree: LexborHTMLParser, source: str, url: str, place: str) -> RawPosting | Refused:
    site = _attribute(tree, "meta[property='og:site_name']", "content")
    heading = _attribute(tree, "meta[property='og:title']", "content")
    title = _text(tree, "h1") or heading or _text(tree, "title")
    for node in tree.css(_LEFT_OUT):
        node.decompose()
    main = _main(tree)
    if not title or main is None or len(main.text().strip()) < _LEAST_TEXT:
        return Refused(place, "no job posting was found on the page", title[:80])
    return RawPosting(
        source=source,
        title=title,
        description=main.html or "",
        company=site,
        url=url,
        place=place,
        warning="read from the text of the page",
    )


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    for selector in _MAIN:
        node = tree.css_first(selector)
        if node is not None and len(node.text().strip()) > _MAIN_TEXT:
            return node
    return tree.body


def _text(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return node.text().strip() if node is not None else ""


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return (node.attributes.get(name) or "").strip() if node is not None else ""
