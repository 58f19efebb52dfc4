"""The address of a posting without tracking, so that the same page has one spelling."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"^(?:utm_\w+|gclid|dclid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|igshid|mc_[ce]id|_hs\w+|hsa_\w+|mkt_tok"
    r"|trk\w*|trackingid"
    r"|refid|ref|referer|referrer|source|src|lipi|lever-source\S*|lever-origin|gh_src|ashby_src|cmp(?:id)?"
    r"|campaign\w*|cid|sid"
    r"|from|origin|originaltrackingid|position|pagenum|eid|ebp|recommendedflavor|savedsearchid|sessionid"
    r"|jsessionid|phpsessid"
    r"|spm|vjk_src|tk|advn|adid|ad|xkcb|iis|iisn|_ga|_gl|share\w*|rx_\w+|pid|aff\w*|partner\w*)$",
    re.I,
)
_DEFAULT_PORT = {"http": 80, "https": 443}
_SAFE = "/:@!$&'()*+,;=-._~%"


def canonical_url(url: str) -> str:
    """One spelling of `url`: https, lower-case host without `www.`, no fragment, no tracking, sorted query.

    Empty for what is no http(s) address with a host. A fragment that is a client-side route (`#/job/12`) is kept.
    """
    text = url.strip()
    if not re.match(r"https?://", text, re.I) or len(text) > 4000:
        return ""
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        return ""
    if not host or re.search(r"[\s\\<>\"]", host):
        return ""
    host = host.removeprefix("www.")
    if port and port != _DEFAULT_PORT.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    query = urlencode(
        sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=False) if not _TRACKING.match(k))
    )
    path = quote(unquote(re.sub(r"/{2,}", "/", parts.path)).rstrip("/"), safe=_SAFE.replace("%", ""))
    fragment = parts.fragment if parts.fragment.startswith(("/", "!/")) else ""
    return urlunsplit(("https", host, path, query, fragment))
