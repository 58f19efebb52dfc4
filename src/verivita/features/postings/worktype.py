"""Remote, hybrid or on site: decided by the source's field, then place and title, then the words of the text."""

from __future__ import annotations

import re

from verivita.features.postings.model import LocationType

_FALSE_FRIENDS = re.compile(
    r"remote(?:ly)?[- ](?:sens\w+|control\w*|access\w*|servers?|debug\w*|desktops?|parts|monitor\w*|connect\w*"
    r"|presence|procedure\w*|machines?"
    r"|devices?|areas?|locations? monitoring|patient\w*|hands|exploit\w*|code|diagnos\w*|support tools|sites?"
    r"|communit\w+|islands?|village\w*"
    r"|execution|management (?:tool|software)\w*|starter\w*|operat\w+ (?:of|vehicle)\w*|viewing|backup\w*"
    r"|proctor\w*|deposit\w*|weapon\w*)"
    r"|(?:field and|even the most|most|tv|git) remote\b|remote (?:and|or) (?:rural|underserved)|remote[- ]jobs?/\S*"
    r"|(?:experience|comfortable|used to|ability to|able to|skills?)(?: in| with)? (?:working|work"
    r"|collaborat\w+)[^.\n]{0,12} remote\w*"
    r"[^.\n]{0,25}(?:plus|bonus|teams?)|remote (?:work|working) experience|(?:a|fun in a"
    r"|in a) remote,? (?:international )?team environment"
    r"|\b(?:cross|with|between|and)[- ](?:\w+ )?remote (?:teams?|offices|colleagues|stakeholders|workers|employees)"
    r"|(?:manag|lead|coach|supervis|support)\w*(?: \w+)? remote (?:teams?|staff|workers|employees|sites)"
    r"|collaborat\w+(?: \w+){0,3} remotely|working with [^.\n]{0,40}working remotely"
    r"|hybrid[- ](?:clouds?|apps?|mobile|vehicles?|electric|search|apps|applications?|infrastructure"
    r"|environments?|multi|and multi|it\b|web|retriev\w+"
    r"|deployment|architect\w*|systems?|event\w*|solution\w*|models? (?:of|combin\w+) )"
    r"|on-?\s?site (?:gym|interview\w*|chef|cafe\w*|parking|massage\w*|child\w*|daycare|medical|fitness|visits?"
    r"|search|meals?|lunch\w*|laundry|doctor"
    r"|clinic|support for|customer\w*|client\w*|training|health\w*|amenit\w+|food|kitchen|dry|services?|day)"
    r"|(?:visit\w*|travel\w*|interview\w*|screen|call)[^.\n]{0,40}on-?site\b(?! (?:position|role|only|job))"
    r"|on-?site (?:and|or|at) (?:client|customer)\w*|(?:at )?client sites?"
    r"|\bin office (?:administration|management|suite|software|365)|microsoft office|distributed (?:comput\w+"
    r"|systems?|data\w*|train\w+)",
    re.I,
)
_NO_REMOTE = re.compile(
    r"\b(?:no|not|non|isn['’]?t|aren['’]?t|cannot|can['’]?t|unable to|do(?:es)?(?:n['’]t| not)|won['’]?t"
    r"|never)\b(?! only| just| matter| necessarily)"
    r"(?: \w+){0,4}? \(?remot(?:e|es|ely|ing)\b(?! for the first| only if|[^.\n]{0,20}but)|\bno[- ]remotes?\b"
    r"|\bnon-remote\b"
    r"|\bremote\b\s*(?::|=|-|\?|is|work is|working is|options? (?:is|are))?\s*(?:not? (?:possible|an option"
    r"|available|offered|considered|allowed"
    r"|accepted|supported)|not\b|no\b|none\b|unavailable|false)|\bonsite only\b|\bon-site only\b"
    r"|\bonsite required\b|\blocals? only\b"
    r"|\bin[- ]person only\b|\bno (?:wfh|telecommut\w+|work from home)\b|\bnot (?:a )?(?:telecommut\w+"
    r"|work from home)\b"
    r"|\bdo(?:n['’]t| not) (?:offer|do|allow|support|hire|accept|consider)[^.\n]{0,20}remote",
    re.I,
)
_FOR_NOW = re.compile(
    r"\bremote(?:ly)?\b[^.\n|]{0,25}\b(?:until|till|through|during|due to|because of|while)\b[^.\n|]{0,30}"
    r"(?:covid\w*|corona\w*|pandemic|lockdown|offices? (?:re)?opens?|further notice|lifted)"
    r"|\btemporar(?:y|ily) remote\b|\b(?:during|until|due to) (?:the )?(?:covid\w*|pandemic)[^.\n|]{0,30}remote",
    re.I,
)
_COUNT = r"(?:\d(?:\s?[-–]\s?\d)?|one|two|three|four|a|a few|a couple(?: of)?|some|several|couple|few|half)"
_HYBRID = re.compile(
    rf"\bhybrid\b|\b{_COUNT}\+?(?: or more)? (?:full )?days?\b[^.\n|]{{0,25}}?"
    r"\b(?:in (?:the |our |an )?(?:[\w ]{0,15})office|in[- ]office|on-?\s?site|in[- ]person|remote\w*|from home"
    r"|at home|wfh)\b"
    rf"|\b(?:office|remote\w*|from home|wfh|on-?site)\b[^.\n|]{{0,20}}\b(?:\d|one|two|three|four|a couple"
    rf"|couple|few|some)\+? days?\b"
    r"|\bin-office expectation of|\b(?:partial(?:ly)?|part[- ]time|semi|half|50%|some|occasional(?:ly)?|limited"
    r"|mostly|flex\w*)[- /]{1,2}"
    r"(?:remot\w+|wfh|work[- ](?:from[- ])?home|telecommut\w+)|\bremote (?:some|part) of|\bsome remote (?:work|days|ok)"
    r"|\b(?:work from home|wfh|remote)(?: on)? (?:every |each )?(?:mondays?|tuesdays?|wednesdays?|thursdays?"
    r"|fridays?|day)\b"
    r"|\b(?:mondays?|tuesdays?|wednesdays?|thursdays?|fridays?) (?:from home|wfh|remote)\b"
    r"|\bwork(?:ing)? from home (?:some|occasional|when|once|twice|a few|up to|\d|one|two|three)"
    r"|\bhours?\s?/\s?wfh\b|\bwfh (?:flex\w*|when|days?|policy)"
    r"|\bat least half of their work time in\b|\b\d\d% (?:based )?(?:out of|in|at|from) (?:our |the )?[\w ]{0,15}office"
    r"|\bremote[^.\n|]{0,60}(?:in|from|at|visit\w*)[^.\n|]{0,25}office[^.\n|]{0,30}(?:week|month|at least)"
    r"|\bboth (?:in[- ]?office|on-?site) and remote"
    rf"|\b(?:commut\w+|come|travel|get) (?:in )?(?:in)?to (?:our|the|an)\b[^.\n|]{{0,40}}\b{_COUNT}\+?"
    r" days? (?:a|per|each)"
    r"|\b(?:in|at|from) (?:the|our) [\w ]{0,12}office(?: on| every| each)? (?:mon|tues|wednes|thurs|fri)day"
    r"|\b(?:bis zu )?[1-9]\d ?% (?:home-?\s?office|remote|mobil\w+ arbeit\w*)"
    r"|\bhome-?\s?office(?:-\w+)? (?:möglich|tage?"
    r"|nach absprache|anteilig|teilweise)|\bmobiles arbeiten (?:möglich|an)"
    r"|\b\d (?:tage?|jours?|días|dias|giorni)[^.\n|]{0,15}"
    r"(?:home-?\s?office|t[ée]l[ée]travail|teletrabajo|remoto|smart working)"
    r"|\b(?:t[ée]l[ée]travail|teletrabajo) (?:partiel|parcial"
    r"|\d|possible|ponctuel|occasionnel|híbrido)|\bh[íi]brido\b|\bhybride\b",
    re.I,
)
_REMOTE = re.compile(
    r"\b(?:100%|fully|full|completely|entirely|totally|permanent(?:ly)?|all|any)[- ]?(?:time )?[- ]?remote"
    r"|\bremote(?:ly)?[- ]"
    r"(?:only|first|friendly|ok(?:ay)?|welcome|possible|possibility|consider\w*|position|role|job|opportunit\w+"
    r"|team\b|company|culture|work(?:ers?|place)?\b"
    r"|option\w*|within|from|based|in\b|and async|employ\w+|hires?|setup|for the right|candidates?|anywhere"
    r"|across|is (?:ok|fine|great|an option"
    r"|possible|also|welcome)|a possibility|can be|folks|us\b|usa|u\.s|eu|uk|canada|to hire|to-hire|engineers?"
    r"|developers?|preferred)"
    r"|\bremote-to-hire|\b(?:or|and|also|/|\||&) ?remote\b(?! (?:teams?|offices|locations))"
    r"|\bopen to (?:[\w-]+ ){0,3}remote|\bremote/|\bremote \("
    r"|\b(?:is|are|be|being|go|prefer|offer|support|allow|consider|welcome|accept)s? (?:also )?(?:a )?(?:fully "
    r"|100% )?remote\b"
    r"|\b(?:work|working|works|worked)(?: \w+){0,2} remote(?:ly)?\b|\bwork(?:ing|s)? from (?:home|anywhere)"
    r"|\btelecommut\w+|\btelework\w*"
    r"|\bfrom the comfort of our own homes|\bdistributed (?:team|company|work\w*)|\banywhere in the (?:world|us"
    r"|u\.s|united|eu|country|globe)"
    r"|\blocated anywhere|\bwork from (?:wherever|where you)|\b(?:be|live) anywhere\b|\blive anywhere"
    r"|\bfrom anywhere\b|\bwfh\b|\bhome[- ]based\b"
    r"|\b(?:100 ?%|full|voll\w*|komplett|totale?|total(?:mente)?|complet)[- ]"
    r"(?:t[ée]l[ée]travail|teletrabajo|home-?\s?office"
    r"|remoto|remot[oe]?)|\b(?:t[ée]l[ée]travail|teletrabajo) (?:100 ?%|total|complet|int[ée]gral)",
    re.I,
)
_ONSITE = re.compile(
    r"\bon-?\s?site\b|\bin[- ]office\b|\bin-person\b(?! (?:meet|interview))|\bmust (?:be (?:located|based)|live"
    r"|reside|work (?:at|in|from) our)\b"
    r"|\bwilling(?:ness)? to relocate|\bmust be (?:able|willing) to relocate|\blocal candidates"
    r"|\bwork at our office|\bwork (?:out of|from) our office"
    r"|\brelocate to\b|\boffice[- ]based\b|\bonsites?\b",
    re.I,
)
_PLAIN_REMOTE = re.compile(
    r"\bremot(?:e|ely)\b|\btelecommut\w*|\bwork from home\b|\bwfh\b|\banywhere\b|\bdistributed team\b", re.I
)
_YES = re.compile(
    r"^(?:true|yes|y|1|remote|fully?(?:[- ]remote)?|telecommute|anywhere|remote[- _]?(?:only|first|ok)|100%)", re.I
)
_NO = re.compile(r"^(?:false|no|n|0|none|on-?\s?site|in[- _]?office|in[- _]?person|office|not remote)$", re.I)
_URL = re.compile(r"(?:https?://|www\.)\S+")
_TOPIC = re.compile(
    r"remot|hybrid|h[íi]brid|t[ée]l[ée]tra|mobiles arb|home-?\s?office|smart working|commut"
    r"|days? (?:a|per|each) week|on-?\s?sites?\b|office|from home|at home|home[- ]based|wfh|tele[cw]o|anywhere|wherever"
    r"|distributed (?:team|company|work)|relocat"
    r"|in[- ]person|must (?:be|live|reside|work)|local(?:s| cand)"
)
_MAX_TEXT = 12_000


def location_type_of(field: str, location: str, title: str, text: str) -> LocationType:
    """Where the work is done; UNKNOWN when nothing says so (a city alone says nothing).

    Order of trust: a refusal of remote work anywhere in place, title or first lines; the source's own field; place and
    title; the first line; the rest. "On site or remote" counts as remote, since one may work so.
    """
    heading = f"{location} | {title}"
    by_field = _of_field(field.strip())
    if by_field is not LocationType.UNKNOWN:
        return by_field
    by_heading = _of_line(heading)
    if by_heading is not LocationType.UNKNOWN:
        return by_heading
    body = _URL.sub(" ", text[:_MAX_TEXT]).strip()
    line, _, rest = body.partition("\n")
    if len(line) <= 300 and (line.count("|") or len(line) < 140):
        by_line = _of_line(line)
        if by_line is LocationType.REMOTE and _refused(_about_place(rest[:3000])):
            return LocationType.ONSITE
        if by_line is not LocationType.UNKNOWN:
            return by_line
    return _of_text(_about_place(body))


def _about_place(text: str) -> str:
    """Only the surroundings of words that may speak of the place of work: the patterns are dear on a long text."""
    pieces: list[str] = []
    low, high = 0, -1
    for match in _TOPIC.finditer(text.lower()):
        start, end = match.start() - 110, match.end() + 110
        if start > high:
            if high >= 0:
                pieces.append(text[low:high])
            low = max(0, start)
        high = end
    if high >= 0:
        pieces.append(text[low:high])
    return "\n".join(pieces)


def _of_field(field: str) -> LocationType:
    if not field:
        return LocationType.UNKNOWN
    if re.search(r"hybrid|flexible|partial|temporar", field, re.I):
        return LocationType.HYBRID
    if _NO.search(field) or _NO_REMOTE.search(field):
        return LocationType.ONSITE
    if _YES.search(field) or _PLAIN_REMOTE.search(field):
        return LocationType.REMOTE
    return LocationType.ONSITE if _ONSITE.search(field) else LocationType.UNKNOWN


def _refused(text: str) -> bool:
    return bool(_NO_REMOTE.search(text) or _FOR_NOW.search(text))


def _of_line(line: str) -> LocationType:
    """For a line that lists facts: a plain "remote" is enough."""
    if _refused(line):
        return LocationType.ONSITE
    line = _FALSE_FRIENDS.sub(" ", line)
    if _HYBRID.search(line):
        return LocationType.HYBRID
    if _PLAIN_REMOTE.search(line) or _REMOTE.search(line):
        return LocationType.REMOTE
    return LocationType.ONSITE if _ONSITE.search(line) else LocationType.UNKNOWN


def _of_text(text: str) -> LocationType:
    """For prose: only words that speak of how this job is done."""
    if _refused(text):
        return LocationType.ONSITE
    text = _FALSE_FRIENDS.sub(" ", text)
    if _HYBRID.search(text):
        return LocationType.HYBRID
    if _REMOTE.search(text) or re.search(r"\bREMOTE\b", text):
        return LocationType.REMOTE
    return LocationType.ONSITE if _ONSITE.search(text) else LocationType.UNKNOWN
