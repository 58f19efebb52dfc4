"""Words of a job query that are filters, and the compounds in which the same words are not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verivita.features.search.sheet import Sheet, misspellings


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that says `value` for `field`; `reading` is the sentence on the chip."""

    field: str
    values: tuple[str, ...]
    reading: str
    pattern: re.Pattern[str]


def _rule(field: str, values: str, reading: str, pattern: str) -> Rule:
    return Rule(field, tuple(values.split()), reading, re.compile(pattern))


TECH = (
    r"(?:software|hardware|firmware|backend|back-?end|frontend|front-?end|full-?stack|full stack|data|ml|"
    r"ai|machine|security|platform|cloud|"
    r"site|devops|sre|ux|ui|ios|android|mobile|research|technical|product|infrastructure|network|systems?|"
    r"embedded|mechanical|"
    r"electrical|web|python|java|golang|go|rust|ruby|react|node|net|c\+\+|php|scala|kotlin|qa|test|"
    r"solutions?|design|analytics|"
    r"engineer|engineers|developer|developers|scientist|designer|architect|programmer|consultant|analyst|"
    r"sdet|swe|applied|robotics|asic|silicon|verification)\b"
)
_ROLE = (
    r"(?:engineer|developer|analyst|scientist|designer|manager|consultant|architect|accountant|nurse|"
    r"programmer|dev|marketer|recruiter|writer|"
    r"teacher|administrator|specialist|officer|tester|lawyer|software|data|backend|frontend|java|python|"
    r"marketing|finance|civil|mechanical|electrical)"
)

SHIELDS = re.compile(
    r"\bsmall business (?:account\w*|loans?|bank\w*|owners?|development|advis\w+|consult\w+|sales|insurance|"
    r"lending|tax|specialist\w*|relationship|administration)\b"
    r"|\bremote (?:sensing|desktop|viewing|control(?:s|led)?|monitoring|access|patient|proctor\w*|pilot\w*|"
    r"operated|vehicles?|procedures?|sites?|"
    r"areas?|communit\w+|towns?|islands?|mines?|hands|surgery|weapons?|village\w*)\b"
    r"|\bhybrid (?:vehicles?|cloud|electric|cars?|apps?|mobile|integration|it\b|infrastructure|warfare|"
    r"intelligence|seeds?|rice|systems?|power\w*|"
    r"propulsion|batter\w+|bonding|identity|rockets?|beams?|aircraft|inverters?|events?|corn|maize|crops?|"
    r"drive\w*|engines?|automobile\w*|trucks?|"
    r"solar|microgrid\w*|search|rockets|threats?|materials?|composites?|tables?|storage|simulation\w*|modell?ing)\b"
    r"|\b(?:plug-?in|mild|petrol|toyota|electric(?: and| &|/)?) hybrids?\b"
    r"|\blead (?:generation|gen|time|paint|abatement|acid|singer|vocal\w*|guitar\w*|act\w+|poisoning|"
    r"nurturing|scoring|qualification|climb\w+|"
    r"smelt\w+|glass|based|free|mining|conversion|management|magnets?|remediation|inspect\w*|risk "
    r"assess\w*|enrichment|routing|dancer|violin\w*|trumpet)\b"
    r"|\bsenior (?:care|living|citizens?|centers?|centres?|homes?|housing|adults?|communit\w+|health|"
    r"nutrition|companions?|school|high|services?|"
    r"fitness|day|residen\w+|assisted|support services)\b"
    r"|\bjunior (?:high|school|college|achievement|golf|tennis|football|league|cricket|olymp\w+|rangers?|"
    r"hockey|soccer|sports?|academy|"
    r"kindergarten|rugby|ski|cert\w*|year|infant|choir|church|doctors?)\b"
    r"|\bstartup (?:founders?|coach\w*|mentor\w*|lawyers?|attorneys?|accelerator\w*|incubator\w*|advis\w+|"
    r"invest\w+|communit\w+|ecosystem\w*|"
    r"scouts?|studios?|program\w*|bank\w*|journalis\w+|report\w+|funds?|costs?|technicians?|commission\w+|"
    r"law|consult\w+|hubs?|events?|weekend|procedures?)\b"
    r"|\b(?:commissioning (?:and|&) |turbine |boiler |plant |new store )start-?up\b"
    r"|\blast[- ](?:mile|minute|resort|leg)\b|\b(?:data|order|time|re|forcible|port of|building) ?-?entry\b(?! level)"
    r"|\b(?:chief of|member of(?: the)? technical|registered) staff\b(?: to(?: the| our| a)? c[a-z]o\b)?|"
    r"\bstaff (?:nurses?|accountants?|"
    r"writers?|attorneys?|sergeant|pharmacist|assistant|"
    r"development|training|photographer|physician|reporter|auditor|officer|therapist|trainer|augmentation|"
    r"chaplain|veterinarian|psych\w+)\b"
    r"|\b(?:school|assistant|vice|deputy|elementary|high|associate|interim|primary|secondary|academy|"
    r"district|charter) principals?\b"
    r"|\bprincipal (?:investigators?|dancer|violin\w*|cell\w+|ballet|flaut\w+|horn|clarinet\w*|oboe|"
    r"percuss\w+|residence|component\w*|photograph\w+)\b"
    r"|\bgrad(?:uate)? (?:schools?|studies|degrees?|education|admissions?|research|teaching|assistants?|"
    r"students?|program(?:me)? (?:coordinator|director|admin\w*|manager)|"
    r"recruit\w+|medical|faculty|nurs\w+|advis\w+)\b"
    r"|\bmid[- ]?(?:markets?|atlantic|west|town|wife|wives|stream|day|term|career|cap|corp)\b|\bmiddle "
    r"(?:schools?|east|office|market|grades|eastern)\b"
    r"|\b(?:executive|personal) assistants?(?: to(?: the| our| a)? (?:c[a-z]o|vp|director|executives?|"
    r"founders?|board|president|chair\w*))?\b"
    r"|\b(?:assistant|advis[eo]r|report\w*|staff) to(?: the| our| a)? (?:c[a-z]o|vp|director|executives?|"
    r"founders?|president)\b|\baccount "
    r"executives?\b|\bexecutive (?:chefs?|coach\w*|recruit\w+|search|protection|housekeep\w+|sous|producer|"
    r"education|compensation|function|secretar\w+|bodyguard)\b"
    r"|\b(?:support(?:ing)?|coach(?:ing|es)?|reporting to(?: the)?|works? with(?: the)?|serving) "
    r"(?:c-level|c-suite|vps?|c[a-z]os?|executives)\b"
    r"|\bassistant vice president\b"
    r"|\b(?:funeral|art|creative|film|casting|medical|music|athletic|activit\w+|choir|stage|theat\w+|video|"
    r"nursing|photography|camp|spa|cruise|worship|youth|news|aquatics|fight|choral|band|laboratory|lab) "
    r"directors?\b|\bdirector of photography\b"
    r"|\bhead (?:chefs?|nurses?|coach\w*|teachers?|gardeners?|waiter|waitress|bartender|baker|barista|cook|"
    r"housekeep\w+|golf|pro|start|injury|and neck|office|hunter\w*|mount\w*|up display\w*|lice)\b|"
    r"\bhead-?teachers?\b"
    r"|\bsmall (?:animals?|engines?|molecules?|cells?|group|claims|arms|satellites?|ruminants?|parts|works|"
    r"grants|batch|world)\b|\blarge (?:animals?|scale|language|molecules?|format|print|loss|vehicles?|"
    r"goods|accounts?|deals?|volume|datasets?|event\w*)\b|\bbig data\b"
    r"|\benterprise (?:sales?|account\w*|architect\w*|resource|software|applications?|integration\w*|data|"
    r"risk|customers?|saas|systems?|security|support|"
    r"search|content|solutions?|networks?|wide|deals?|clients?|csm|success|content|java|it|agility|agile|"
    r"storage|cloud|products?|platforms?|technology|bean\w*|rent|ireland|vault|reporting|it)\b"
    r"|\bcontract (?:law\w*|attorneys?|manage\w+|admin\w+|specialists?|negotiat\w+|officers?|analysts?|"
    r"review\w*|cater\w*|research|manufactur\w+|compliance|testing|clean\w+|drafting|counsel)\b"
    r"|\b(?:smart|social|design by|government|api|data) contracts?\b"
    r"|\b(?:temporary|temp) (?:works?|control|accommodation|housing|structures?|exhibitions?)\b|\bremote "
    r"(?:start|keyless)\b"
    r"|\bon-?site (?:search|seo|optimi[sz]ation)\b|\bfront office\b|\bback office\b|\bmicrosoft office\b|"
    r"\bms office\b|\b(?:medical|dental|law|post|family|box) office\b|\boffice (?:manage\w+|admin\w+|"
    r"assistants?|clerks?|365|clean\w+|coordinat\w+|junior|support|lease\w*|furniture|space)\b"
    r"|\bhome (?:care|health|depot|carers?)\b|\b401 ?\(?k\)?|\blevel [1-9]\b|\bintern(?:al|ational|et|ist)\w*"
)
"""Compounds in which a filter word belongs to the role ("remote sensing", "lead generation", "small animal vet")."""

NEGATED = re.compile(
    r"(?:\b(?:but |and )?(?:not|no|non|without|except|excluding|avoid(?:ing)?|nothing|anything but|never|"
    r"don'?t want|do not want)(?: (?:a|an|any|in|on|for|at|the))*[ -])"
    r"(?P<what>(?:fully |100% )?remote|hybrid|on-?site|in[- ]office|office(?:[- ]based)?|start-?ups?|"
    r"seniors?|juniors?|entry[- ]level|leads?|intern(?:ship)?s?|manage(?:ment|rs?)|"
    r"contract(?:s|ing|or)?|freelance|part[- ]time|full[- ]time|agenc(?:y|ies)|recruiters?|consultanc(?:y|"
    r"ies)|degree(?: (?:required|needed))?|big (?:tech|compan\w+)|"
    r"faang|corporat\w+|enterprise\w*|on-?call|travel(?:l?ing)?|weekends?|night(?:s| shifts?)?|cold "
    r"calling|(?:machine|deep) learning|data science|[a-z+#.]{2,20})\b"
    r"(?: (?:roles?|jobs?|positions?|compan(?:y|ies)|please|work|required|needed|firms?))*"
)

BACKGROUND = re.compile(
    r"\b(?:we are|we're|i work(?:ed)?|i am currently|i'm currently|my (?:current|last|old|previous)|i "
    r"have(?! to)|i've|i was|i'm at|i (?:manage|lead|run|own)|coming from|ex-)"
    r"[^,.;\x00]*?(?=\b(?:and|but|so) (?:i |now |am |would |looking|want)|\b(?:looking|seeking|searching|"
    r"wants?|applying)\b|[,.;]|$)"
)

RULES = (
    _rule("location_type", "hybrid", "partly at home",

            r"\b(?:[1-4]|one|two|three|four)(?:-[1-4])? days?,? (?:on-? ?site|in(?: the)? office|remote(?:ly)?|"
            r"at home|from home)"
        r"(?: (?:a|per|each) week)?\b|"
        r"\bhybrid(?:[- ](?:working|work|role|job|position|remote))?\b|\b(?:[1-4]|one|two|three|"
        r"four)(?:-[1-4])? days?(?: a| per|/)?(?: week)?(?: (?:in|at|from)(?: the| an)?)? ?(?:office|on-?site|"
        r"home|remote)\b|\bpart(?:ly|ially)[- ]remote\b|\bsemi[- ]remote\b|\bflexible remote\b"),
    _rule("location_type", "onsite", "at the workplace",
        r"\bon[- ]?site(?: only)?\b|\bin[- ]?(?:the )?office\b|\bin[- ]person\b|\boffice[- ]based\b|\bon[- "
        r"]location\b|\boffice job\b|\bon[- ]premises\b"),
    _rule("location_type", "remote", "work from anywhere",
        r"\b(?:(?:fully|100%|completely|entirely|purely) )?remote(?:ly)?(?:[- ](?:first|only|friendly|based|ok|"
        r"working|work|position|job|role))?\b|\bfully[- ]distributed\b|\bdistributed (?:team|company)\b|"
        r"\bwork(?:ing)?[- ]from[- ](?:home|anywhere)\b|\bfrom home\b|\bat home\b|\bwfh\b|\bwfa\b|"
        r"\banywhere(?: in the world)?\b|\btelecommut\w+|\btelework\w*|\bhome[- ]?office\b|\bteletravail\b|"
        r"\bteletrabajo\b|\bhome[- ]based\b|\bworldwide\b"),
    _rule("company_size", "startup", "a company of up to 50 people",
        r"\b(?:early[- ]stage |seed[- ]stage |small |young |tiny |vc[- ]backed |ai |tech |yc |fintech(?= "
        r"start)|stealth )?start-?ups?\b(?: compan(?:y|ies))?|\b(?:pre-?)?seed(?:[- ]stage)?(?= (?:compan|"
        r"start)|$| ?[,;])|\b(?:seed|early)[- ]stage(?: compan(?:y|ies))?\b|\bseries[- ]?[ab]\b(?: start-?ups?|"
        r" compan(?:y|ies))?|\btiny compan(?:y|ies)\b|\bfounding (?=engineer|team|designer|member)"),
    _rule("company_size", "startup small", "a company of up to 200 people",
        r"\bsmall(?:er|ish)?(?: (?:tech|local|family|family-owned|growing))? (?:compan(?:y|ies)|"
        r"business(?:es)?|firms?|employers?|agenc(?:y|ies)|organi[sz]ations?|shops?)\b"),
    _rule("company_size", "medium", "a company of 201 to 1,000 people",
        r"\b(?:mid|medium)[- ]?sized?(?: (?:compan(?:y|ies)|business(?:es)?|firms?|employers?|"
        r"organi[sz]ations?))?\b|\bmedium compan(?:y|ies)\b|\bscale-?ups?\b"),
    _rule("company_size", "large enterprise", "a company of more than 1,000 people",
        r"\b(?:large|big|bigger|larger|major|huge|giant|established)(?: (?:tech|public|global|pharma))? "
        r"(?:compan(?:y|ies)|corporations?|corporates?|firms?|employers?|organi[sz]ations?|enterprises?|"
        r"business(?:es)?)\b|\bbig[- ]tech\b|\b(?:faang|maang|mang[a]?)\b|\bfortune ?(?:50|100|500|1000)\b|"
        r"\bmultinationals?\b|\bblue[- ]chip\b|\bbig (?:four|4)\b"),
    _rule("company_size", "enterprise", "a company of more than 10,000 people",
        r"\benterprise(?:[- ]size)? (?:compan(?:y|ies)|employers?|organi[sz]ations?)\b|\bat an enterprise\b|"
        r"\benterprises\b"),
    _rule("level", "intern", "internships",
        r"\b(?:summer |winter |spring |fall |autumn )?intern(?:ship)?s?(?: 20[2-3]\d)?\b|\bco-?op(?: "
        r"student)?(?= |$)(?! bank| food| store)|\bwerkstudent\w*|\bpraktik\w+|\bstagiaire\b|\bworking "
        r"student\b"),
    _rule("level", "entry", "first jobs",
        r"\bentry[- ]?level\b|\b(?:jr|jnr)\b\.?|\bjuniors?\b|\b(?:new|recent|fresh|university|college)[- "
        r"]grad(?:uate)?s?\b|\bgrad(?:uate)?s?\b|\bfreshers?\b|\btrainees?\b|\bapprentice(?:ship)?s?\b|"
        r"\bbeginners?\b|\b(?:no|without|zero|little) (?:prior )?experience(?: (?:required|needed|"
        r"necessary))?\b|\bfirst job\b|\bcareer starters?\b|\bearly[- ]career\b"),
    _rule("level", "mid", "mid level",
        rf"\bmid(?:dle)?[- ]?(?:level|weight|senior(?:ity)?)\b|\bmid\b(?= (?:and|or|to|{_ROLE}|[a-z]+ {_ROLE})|[/,]|$)|"
        rf"\bintermediate\b|\bmiddle(?= {_ROLE})"),
    _rule("level", "senior", "senior level", r"\bseniors?(?:[- ]level)?\b|\bsnr\b\.?|\bsr\b\.?|\bmid[- ]senior\b"),
    _rule("level", "staff", "staff and principal level",
        rf"\bstaff\+?(?=(?: [a-z]+)? {TECH})|\bstaff(?:[- ]level|\+)|\bprincipal(?=(?: [a-z]+)? {TECH})|"
        rf"\bprincipal(?:[- ]level| ?\+)|\b(?:senior|sr\.?) staff\b|\bdistinguished (?=engineer)"),
    _rule("level", "lead", "leads",
        r"(?<!to )(?<!can )(?<!will )(?<!would )\b(?:tech(?:nical)?|team) leads?\b|(?<!to )(?<!can )(?<!will "
        r")\blead(?:[- ]level)?\b(?! (?:a|an|the|my|our) )|\bleads\b(?! to)"),
    _rule("level", "manager", "managers",
        r"\b(?:manager|management)[- ]level\b|\bpeople managers?\b|\bmiddle management\b"),
    _rule("level", "executive", "executives",
        r"\bc[- ](?:level|suite)\b(?: executives?)?|\bc(?:[tefimrop]|is|om|pt)o\b|\b(?:s|e)?vps?\b|\bvice[- "
        r"]president\b|\bchief (?!of )(?:[a-z]+ ){1,2}officer\b|\bexecutive[- ](?:level|roles?|positions?|"
        r"jobs?|leadership)\b|\bmanaging director\b"),
    _rule("level", "director", "directors", r"\bdirectors?(?:[- ]level)?\b(?! of photography)|\bhead of\b"),
    _rule("employment", "part_time", "part time",
        r"\bpart[- ]?time\b|\bteilzeit\b|\btiempo parcial\b|\btemps partiel\b"),
    _rule("employment", "full_time", "full time",
        r"\bfull[- ]?time\b|\bvollzeit\b|\btiempo completo\b|\btemps plein\b"),
    _rule("employment", "contract", "contract work",
        r"\bfreelance(?:r|rs)?\b|\bcontract(?:ing)?(?:[- ](?:role|job|position|work|basis|only|gig|to "
        r"hire))s?\b|\bon contract\b|\bcontract(?= ?(?:$|[,;.]| \d+[- ]?(?:weeks?|months?|years?)\b))"
        r"|\bcontractors?(?= ?(?:$|[,;.]))|\bb2b contract\b"),
    _rule("employment", "temporary", "temporary work", r"\b(?:temporary|temp|seasonal)(?= )"),
)  # fmt: skip

KEEP = re.compile(
    r"(?:tech(?:nical)?|team) leads?|c(?:[tefimrop]|is|om|pt)o|(?:s|e)?vps?|vice[- ]president|chief .*|"
    r"managing director|head of|directors?|founding|freelance(?:r|rs)?|leads?(?= \w+ singer)"
)
"""Readings that are also the name of the role: they filter, and stay in the text to search for."""

SPELLING = misspellings(
    (
        "remote",
        "hybrid",
        "onsite",
        "senior",
        "junior",
        "startup",
        "startups",
        "internship",
        "director",
        "graduate",
        "kubernetes",
        "python",
        "london",
        "berlin",
    )
)
"""Slips of the words that matter most, put right before anything is read."""


def hide_compounds(sheet: Sheet) -> None:
    """Shield every compound, so that "remote sensing" is never read as remote."""
    for found in SHIELDS.finditer(sheet.flat):
        sheet.shield(*found.span())


def read_words(sheet: Sheet) -> None:
    """Read place of work, company size, level and kind of contract."""
    for rule in RULES:
        for found in rule.pattern.finditer(sheet.flat):
            start, end = found.span()
            while start < end and sheet.flat[start] == " ":
                start += 1
            while end > start and sheet.flat[end - 1] == " ":
                end -= 1
            kept = KEEP.fullmatch(sheet.flat[start:end])
            sheet.read(rule.field, " ".join(rule.values), rule.reading, start, end, keep=bool(kept))


def drop_negations(sheet: Sheet) -> None:
    """What the person does not want: "not remote" is read as hybrid or on-site; the rest is dropped with the reason."""
    for found in NEGATED.finditer(sheet.flat):
        what = found["what"]
        if "remote" in what:
            sheet.read("location_type", "hybrid onsite", "not fully remote", *found.span())
        elif what not in (
            "experience",
            "prior",
            "code",
            "longer",
            "only",
            "just",
            "sure",
            "sql",
            "profit",
            "profits",
            "fiction",
            "clinical",
            "technical",
        ):
            sheet.drop("not", "the search cannot leave things out yet", *found.span())


def drop_background(sheet: Sheet) -> None:
    """What the person says about themselves, not about the job."""
    for found in BACKGROUND.finditer(sheet.flat):
        if found.end() > found.start():
            sheet.drop("about_you", "about you, not about the job", *found.span())
