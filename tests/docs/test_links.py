"""Links between the documents resolve: files, folders, headings. Addresses of the web are looked at for form only."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.markdown import ROOT, anchors, documents, links, name


@pytest.mark.acceptance("DEV-09")
@pytest.mark.parametrize("path", documents(), ids=name)
def test_links_resolve(path):
    broken = []
    for link in links(path):
        parts = urlsplit(link)
        if parts.scheme:
            if parts.scheme not in {"http", "https", "mailto"}:
                broken.append(link)
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.exists() or not target.is_relative_to(ROOT):
            broken.append(link)
        elif parts.fragment and target.suffix == ".md" and parts.fragment not in anchors(target):
            broken.append(f"{link} (no such heading)")
    assert broken == []


def test_every_document_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for link in links(path):
            target = (path.parent / unquote(urlsplit(link).path)).resolve()
            if not urlsplit(link).scheme and target.suffix == ".md" and target.is_file():
                waiting.append(target)
    assert [name(path) for path in documents() if path not in seen] == []
