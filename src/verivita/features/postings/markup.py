"""A description as plain text: HTML of any escaping and Markdown made into paragraphs and bullets."""

# ruff: noqa: SIM905 - lists of words read better as one string
from __future__ import annotations

import html
import re
from collections.abc import Callable

from verivita.core.text import clean, squeeze, squeeze_lines

MAX_CHARS = 200_000
"""A description is cut here; the longest real one seen is below 30,000 characters."""

_ROUNDS = 4
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})((?>(?:\"[^\"]{0,4000}\"|'[^']{0,4000}'|[^'\">]){0,60}))>", re.S)
_LOOSE_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,15}(?:\s[^<>]{0,4000})?/?>")
_LOOKS_HTML = re.compile(
    r"</?(?:p|br|div|li|ul|ol|span|b|strong|i|em|u|a|h[1-6]|pre|code|table|tr|td|script|style|section|html|body|font"
    r"|article|main|header|footer|template|noscript|iframe|img)\b[^<>]{0,4000}>|<!--",
    re.I,
)
_ESCAPED_HTML = re.compile(
    r"&(?:amp;)*(?:lt|#0*60|#x0*3c);/?(?:p|br|div|li|ul|ol|span|b|strong|h[1-6]|a|script)\b", re.I
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,20});", re.I)
_RISKY = re.compile(
    r"<(?:script|style|template|noscript|iframe|object|svg|head|title|!--)|hidden|display|visibility|opacity"
    r"|font-size",
    re.I,
)
_UNSEEN = (
    "script,style,template,noscript,iframe,object,embed,svg,canvas,head,[hidden],[aria-hidden=true],input[type=hidden]"
)
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:px|pt|em|rem|%)?\s*(?:;|!|$)|(?:left|top|text-indent)\s*:\s*-\d{4,}px",
    re.I,
)
_PARAGRAPH = frozenset(
    "p div ul ol table section article header footer main h1 h2 h3 h4 h5 h6 blockquote pre form hr dl aside nav".split()
)
_LINE = frozenset({"br", "tr", "dt", "dd", "option", "figcaption"})
_HREF = re.compile(r"href\s*=\s*[\"']?([^\"'\s>]+)", re.I)
_CUT_LINK = re.compile(r"<a\s([^<>]{0,3000})>([^<>]{0,300}?\.\.\.)</a>", re.I)
_MARKDOWN = re.compile(r"\*\*|\]\(|\\[-*_.+#!|>&]|^#{1,6} |^[^\S\n]*[-=]{3,}", re.M)
_BULLET = re.compile(r"^[ \t]*(?:[•●▪■◦‣∙○►➢✓✔★⁃·–—*+]|o(?=\t))[ \t]*(?=\S)", re.M)
_RULE = re.compile(r"^[ \t]*[-=*_~#]{3,}[ \t]*$", re.M)
# A page that sets single words in bold often breaks the line around them.
_BROKEN_AFTER = re.compile(r"\b(in|with|of|and|or|as|for|to|the|an|using|like|including)[ \t]*\n(?![ \t]*(?:\n|[-•*]))")
_BROKEN_BEFORE = re.compile(
    r"(?<=[^\s.:;!?])[^\S\n]*\n[^\S\n]*(?:(?=\(|(?:and|or|in|with|of|for|is|are|to|experience)\b(?! you))"
    r"|(?=([,;)]|\.(?=\s|[A-Z]|$))))"
)
_DASHED = re.compile(r"^[ \t]*[-=]{2,}[ \t]*(\S.{0,120}?)[ \t]*[-=]{2,}[ \t]*$", re.M)


def clean_text(source: str) -> str:
    """The readable text of `source`, HTML or Markdown or plain, with one paragraph or `- ` bullet a line.

    Entities are resolved to a fixed point (sources escape once, twice or three times); scripts, styles, comments and
    whatever a reader of the page would not see are dropped. Idempotent. At most `MAX_CHARS` characters come back.
    """
    text = clean(source[: 2 * MAX_CHARS])
    for _ in range(_ROUNDS):
        before = text
        if _ESCAPED_HTML.search(text) and not _LOOKS_HTML.search(text):
            text = html.unescape(text)
        if _LOOKS_HTML.search(text):
            text = _from_html(text)
        elif _ENTITY.search(text):
            text = html.unescape(text)
        if text == before:
            break
    text = clean(text)
    if _MARKDOWN.search(text):
        text = _from_markdown(text)
    text = _RULE.sub("", text)
    text = _BROKEN_AFTER.sub(r"\1 ", text)
    text = _BROKEN_BEFORE.sub(lambda m: "" if m[1] else " ", text)
    text = _BULLET.sub("- ", text)
    return squeeze_lines(text)[:MAX_CHARS].rstrip()


def clean_line(source: str, limit: int = 300) -> str:
    """A field that is one line (title, company, place): no markup, no entities, blanks squeezed, cut to `limit`."""
    text = clean(source[:20_000])
    for _ in range(_ROUNDS):
        before = text
        text = html.unescape(_LOOSE_TAG.sub(" ", text))
        if text == before:
            break
    return squeeze(clean(text).strip("*_` \t\n"))[:limit].rstrip()


def _from_html(text: str) -> str:
    if _RISKY.search(text):
        text = _visible(text)
    text = re.sub(r"<!--.*?(?:-->|$)", "", text, flags=re.S)
    text = _CUT_LINK.sub(_whole_link, text)
    return html.unescape(_TAG.sub(_tag_to_text(), text))


def _visible(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    for node in tree.css(_UNSEEN):
        node.decompose()
    for node in tree.css("[style]"):
        if _UNSEEN_STYLE.search(node.attributes.get("style") or ""):
            node.decompose()
    return tree.html or ""


def _whole_link(match: re.Match[str]) -> str:
    href = _HREF.search(match[1])
    return href[1] if href and href[1].startswith("http") else match[2]


def _tag_to_text() -> Callable[[re.Match[str]], str]:
    def text_of(match: re.Match[str]) -> str:
        closing, name = match[1] == "/", match[2].lower()
        if name == "li":
            return "" if closing else "\n- "
        if name in _PARAGRAPH:
            return "\n\n"
        if name in _LINE:
            return "\n"
        return " " if name in ("td", "th") else ""

    return text_of


def _from_markdown(text: str) -> str:
    text = re.sub(r"!\[([^\]\n]{0,300})\]\([^)\s]{0,2000}\)", r"\1", text)
    text = re.sub(r"\[([^\]\n]{1,300})\]\([^)\s]{0,2000}\)", r"\1", text)
    text = re.sub(r"\\([-*_.+#!|>()&\[\]`~])", r"\1", text)
    text = re.sub(r"(\*\*|__)(?=\S)(.{1,400}?)\1", r"\2", text)
    text = text.replace("**", "")
    text = re.sub(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,200}?)\*(?![\w*])", r"\1", text)
    text = re.sub(r"^[ \t]*#{1,6}[ \t]+(.*?)[ \t]*#*$", r"\1", text, flags=re.M)
    return _DASHED.sub(r"\1", text)
