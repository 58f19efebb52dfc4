"""A signed-in browser over ASGI: pages parsed, forms sent with their token."""

from __future__ import annotations

from dataclasses import dataclass

import httpx2
from selectolax.lexbor import LexborHTMLParser as Html

HTML = {"Accept": "text/html,application/xhtml+xml"}
PART = {"HX-Request": "true"}
POSTING = """Senior Data Engineer
Copper Lantern
Remote, US

A close-knit team keeps the lights of a city on.

Requirements:
- 5+ years of experience with Python
- PostgreSQL and Apache Kafka are required
- Bachelor's degree

Nice to have:
- Kubernetes
"""
RESUME = """Ada Example
ada@example.com

Experience

Data Engineer, Small Mill
March 2019 - Present
- Built Python services over PostgreSQL
- Moved nightly loads to Apache Kafka

Education

BSc Computer Science, Example University, 2018

Skills

Python, PostgreSQL, Apache Kafka
"""


@dataclass(slots=True)
class Tab:
    """One browser tab; sends forms as a page without scripts would."""

    client: httpx2.AsyncClient
    token: str = ""

    async def get(self, path: str, status: int = 200, **headers: str) -> Html:
        """The page at `path`, after checking its status and kind."""
        answer = await self.client.get(path, headers={**HTML, **{k.replace("_", "-"): v for k, v in headers.items()}})
        assert answer.status_code == status, answer.text[:600]
        assert answer.headers["content-type"].startswith("text/html")
        return Html(answer.text)

    async def send(self, path: str, data: dict[str, object] | None = None, **more: object) -> httpx2.Response:
        """A form, with the token of the pages."""
        return await self.client.post(path, data={"csrf": self.token, **(data or {})}, headers=HTML, **more)

    async def sent(self, path: str, data: dict[str, object] | None = None, **more: object) -> str:
        """A form that is taken; where the browser goes next."""
        answer = await self.send(path, data, **more)
        assert answer.status_code == 303, answer.text[:600]
        return str(answer.headers["location"])


def words(page: Html, selector: str = "main") -> str:
    """The words of a part of a page, spaces squeezed."""
    node = page.css_first(selector)
    return " ".join(node.text(separator=" ").split()) if node else ""
