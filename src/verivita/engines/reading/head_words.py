"""Patterns of the words and signs in heads of entries: labels, noise, fields of study, citations, service."""

from __future__ import annotations

import re

STRONG = re.compile(
    r"\t+|\s+[|•·●∙]\s*|\s+[-–—−]+\s+|\s*[–—]\s+|\s+[-–—]\s*|\s{3,}|\s+//\s+|\s/\s(?=\W*$)|\s+(?:at|@|bei|chez)\s+"
)
LABELS = re.compile(
    r"^(?:(?P<employer>company(?: name)?|employer|organi[sz]ation|firm|firma|empresa|entreprise)|(?P<client>client)"
    r"|(?P<title>(?:job )?title|(?:job )?(?:position|role|post)(?: held)?|designation|puesto|poste)"
    r"|(?P<school>school|university|college|institution|institute|board)|(?P<degree>degree|qualification|course)"
    r"|(?P<field>major|specialization|specialisation|field|branch)|(?P<place>location|place|ort)"
    r"|(?P<dates>dates?|duration|period|from|year|zeitraum|expected(?: graduation)?|graduated)"
    r"|(?P<name>project(?: name| title)?|title of the project))(?:\s*:|\s+[–-]|[–-](?=\s))\s*",
    re.IGNORECASE,
)
NOISE = re.compile(
    r"^(?:\d+ (?:years?|months?)(?: \d+ months?)?|expected(?: graduation)?|graduat(?:ed|ion)|date|full[- ]time"
    r"|part[- ]time"
    r"|contract|permanent|temporary|duration|period|tenure"
    r"|(?:key |main )?(?:roles? (?:and|&) )?responsibilit(?:y|ies)"
    r"|(?:c?gpa|grade|percentage|marks?)\b.*|\d+(?:\.\d+)?\s*(?:%|/\d+(?:\.\d+)?)?"
    r"|\(?(?:continued|cont[’'.]?d?|ongoing)\)?\.?|location|industry|summers?|internships?|remunerated|r[ée]sum[ée]"
    r"|(?:company|employer[’']?s?) name|(?:current\s*/\s*)?\d+ (?:years?|months?)|\d{1,2}/\d{2,4}(?: to .*)?"
    r"|page \d+(?: of \d+)?|team size\W*\d+)$",
    re.IGNORECASE,
)
FIELD = re.compile(
    r"\b(?:scien\w+|engineering|arts?|business|administration|economics|finance|accounting|accountancy"
    r"|mathematics|math|physics"
    r"|chemistry|biology|history|studies|literature|english|psychology|sociology|philosophy|management|marketing"
    r"|commerce|computing|informatics|informatik|informática|informatique|technology|communications?|journalism"
    r"|law|nursing|medicine|design|music"
    r"|education|statistics|media|languages?|politics|political|mechanical|electrical|electronics|civil|software|data"
    r"|systems|information|theat(?:re|er)|anthropology|architecture|criminal justice|liberal|human resources|graphic"
    r"|culinary|hospitality|bwl|betriebswirtschaft\w*|wirtschaft\w*|maschinenbau|derecho|economía|droit|gestion)\b",
    re.IGNORECASE,
)
FIRM = re.compile(
    r"\b(?:inc|llc|ltd|limited|corp|corporation|gmbh|plc|pvt|llp|company|university|college|school|hospital|bank)\b",
    re.IGNORECASE,
)
LABELLED = re.compile(r"^[A-Z][\w/& .-]{1,28}:\s+\S")
CITED = re.compile(
    r"[“”@]|\bpp?\.? ?\d|\bpages \d|\bvol(?:ume)?\.? ?\d|\b[VN]\.? ?\d|\d\(\d+\)|\bet al\b", re.IGNORECASE
)
DID = re.compile(r"(?:[A-Z]\w+ed|Taught|Led|Built|Wrote|Made|Ran|Won|Grew|Held)(?:\s+\S+){2}")
CITATION = re.compile(
    r"\b[A-Z][a-z'’-]+, (?:[A-Z]\.[ -]?){1,3}(?:[,;&(]|and\b)|& [A-Z][a-z]+, (?:[A-Z]\.|\()"
    r"|\((?:[A-Z]\w+\.?[/ ]*)*\d{4}\)\. "
    r"|\b(?:[Pp]roceedings of|[Pp]resented at|[Pp]aper presented)\b"
)
SERVED_ON = re.compile(
    r"\b(?:(?:sub)?committees?|task ?force|panel|meeting|conference|advisory board)\b", re.IGNORECASE
)
OCCASION = re.compile(
    r"\b(?:conference|symposium|congress|journal|proceedings|(?:annual|general) meeting|presented|presentation|juried"
    r"|keynote|panel|seminars?|workshops?|awards?|prize)\b",
    re.IGNORECASE,
)
INTO = re.compile(
    r"^\s*(?:degree\s*)?(?:\([^)]*\)\s*)?(?:[,:–-]\s*|in\s+|of\s+|en\s+|de\s+|im\s+|für\s+|major(?:ing)?\s+in\s+)*",
    re.IGNORECASE,
)
