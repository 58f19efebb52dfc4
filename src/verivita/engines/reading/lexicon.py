"""Words that tell a job title, an employer, a school and a degree apart."""

from __future__ import annotations

import re

_TITLE_WORDS = frozenset(
    """
accountant actor actuary adjuster administrator adviser advisor advocate agent aide ambassador analyst anchor animator
apprentice architect artist assembler assistant associate attendant attorney auditor author baker banker barista
bartender biologist blogger bookkeeper broker builder buyer captain caregiver caretaker cashier ceo cfo chair chairman
chairperson chef chemist chief cio clerk clinician cmo co-founder cofounder coach collector columnist commander
comptroller concierge conductor consultant contractor controller cook coordinator copywriter coo correspondent
counsel counselor counsellor courier cto curator custodian dancer dealer dean decorator dentist deputy designer
detective developer devops dietician dietitian director dispatcher distributor doctor drafter draftsman driver economist
editor educator electrician engineer estimator employee evangelist examiner executive expert fabricator facilitator farmer
fellow fighter filmmaker firefighter foreman founder freelancer fresher fundraiser gardener geologist guard guide
handler head helper host hostess housekeeper hygienist illustrator inspector installer instructor intern internist
interpreter interviewer inventor investigator investor janitor journalist judge keeper laborer lawyer lead leader
lecturer liaison librarian lifeguard loader logistician machinist maintainer maker manager marketer marshal mason
mechanic mechanician mediator member mentor merchandiser merchant midwife moderator monitor musician negotiator
nurse nutritionist officer operative operator optician organizer organiser owner packer painter paralegal paramedic
partner patrolman pharmacist photographer physician physicist physiotherapist pilot planner plumber porter postdoc
practitioner preparer president principal processor producer professional professor programmer promoter proofreader
proprietor psychologist publicist purchaser realtor receptionist recruiter referee registrar reporter rep
representative researcher reviewer salesman salesperson saleswoman scholar scientist scribe secretary sergeant server
setter sme specialist sprinter staff statistician stewardess steward stocker strategist student stylist superintendent
supervisor surgeon surveyor sysadmin tailor teacher technician technologist teller tester therapist cleaner pastor priest minister paraprofessional expeditor
fitter millwright roofer carpenter bricklayer phlebotomist radiographer sonographer optometrist audiologist archivist
cinematographer videographer publisher composer singer lobbyist ranger soldier lieutenant tradesperson barman cutter
scheduler sourcer trustee treasurer upholsterer rigger machine-operator dishwasher landscaper nanny babysitter tiler
writer trader trainee trainer transcriptionist
translator treasurer tutor typist undergraduate underwriter usher valet vendor veterinarian vice volunteer vp svp avp evp waiter
waitress warden webmaster welder worker writer dba sdet sde swe pm
entwickler entwicklerin ingenieur ingenieurin leiter leiterin berater beraterin mitarbeiter mitarbeiterin praktikant
praktikantin werkstudent werkstudentin sachbearbeiter sachbearbeiterin geschäftsführer geschäftsführerin kaufmann
kauffrau assistentin assistenz techniker technikerin lehrer lehrerin verkäufer verkäuferin referent referentin
entwicklungsingenieur softwareentwickler projektleiter teamleiter auszubildender
desarrollador desarrolladora ingeniero ingeniera gerente director directora jefe jefa analista consultor consultora
asistente becario becaria coordinador coordinadora profesor profesora programador programadora técnico técnica
auxiliar administrativo administrativa responsable encargado encargada dependiente
développeur développeuse ingénieur ingénieure directeur directrice chef responsable assistante stagiaire consultante
technicien technicienne chargé chargée gestionnaire analyste vendeur vendeuse conseiller conseillère enseignant
professeur alternant alternante
""".split()
)
_TITLE_PHRASES = re.compile(
    r"\b(?:team lead(?:er)?|tech(?:nical)? lead|full[- ]?stack|back[- ]?end|front[- ]?end|vice president|site reliability"
    r"|internship|work study|self[- ]employed|human resources?|customer service|quality assurance|data entry|help ?desk"
    r"|research and development|in charge|crew member|business development|co-op|praktikum|prácticas|stage en)\b",
    re.IGNORECASE,
)
_ORG = re.compile(
    r"\b(?:inc|llc|l\.l\.c|ltd|limited|corp|corporation|gmbh|ag|kg|se|plc|pvt|llp|co|company|companies|group|holdings?"
    r"|technologies|technology|solutions|systems|services|bank|hospital|clinic|agency|associates|partners|consulting"
    r"|consultancy|consultants|industries|enterprises?|ventures|labs?|laborator(?:y|ies)|studios?|media|networks?"
    r"|international|global|foundation|institute|university|college|school|department|ministry|council|center|centre"
    r"|restaurant|hotel|resorts?|airlines?|insurance|financial|capital|health ?care|pharma(?:ceuticals)?|energy"
    r"|motors?|airport|stores?|army|navy|air force|infotech|club|society|association|church|museum"
    r"|government|county|city of|state of|district|s\.?a\.?|s\.?r\.?l|s\.?l|sarl|sas|b\.?v|n\.?v|oy|ab|e\.?v|mbh"
    r"|universität|universidad|université|hochschule|verein|stiftung|electronics)\b\.?",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\b(?:inc|llc|ltd|limited|corp|corporation|gmbh|ag|plc|pvt|llp|sarl|s\.r\.l|mbh)\b\.?", re.IGNORECASE
)
_SCHOOL = re.compile(
    r"\b(?:universit(?:y|ies|ät|é|à|e|at|a)|universidad|univ|college|institutes?|institution|instituto|institut|school"
    r"|academy|akademie|academia|polytechnic|politecnico|politécnica|hochschule|fachhochschule|gymnasium|realschule"
    r"|berufsschule|escuela|colegio|école|ecole|lycée|lycee|faculté|vidyalaya|vidyapeeth|vidhyalaya|mahavidyalaya|iit|nit|iim|iiit|mit"
    r"|ucla|usc|nyu|suny|cuny|caltech|eth|epfl|tum|rwth|bootcamp|coursera|udacity|general assembly|seminary"
    r"|conservatory|board|cbse|icse|faculty)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?<![\w.])(?:"
    r"ph\.?\s?d\.?|doctor(?:ate|al)?(?: of [A-Z]\w+)?(?: degree)?|d\.?phil\.?|ed\.?d\.?|m\.?d\.?(?= |$|,)|j\.?d\.?(?= |$|,)"
    r"|post[- ]?graduat\w+(?: (?:diploma|program|degree|certificate))?(?: of \w+)?"
    r"|masters?(?:['’]s?)?(?: (?:of|in) (?:science|arts|business administration|engineering|technology|computer applications?"
    r"|commerce|education|laws?|philosophy|public health|social work|fine arts|public administration|architecture"
    r"|management))?(?: degree)?"
    r"|m\.?\s?sc\.?|m\.?b\.?a\.?|m\.?a\.?(?=[ ,.\t(]|$)|m\.?s\.?(?=[ ,.\t(]|$)|m\.?\s?tech\.?|m\.?eng\.?|m\.?phil\.?|m\.?ed\.?"
    r"|m\.?c\.?a\.?|m\.?com\.?|m\.?f\.?a\.?|m\.?p\.?h\.?|m\.?p\.?a\.?|ll\.?m\.?|pgdm?b?a?m?|m\.?e\.?(?=[ ,.\t(]|$)|m\.?arch"
    r"|bachelors?(?:['’]s?)?(?: (?:of|in) (?:science|arts|business administration|engineering|technology|computer"
    r" applications?|commerce|education|laws?|fine arts|architecture|business|applied science|medicine|nursing))?(?: degree)?"
    r"|b\.?\s?sc\.?|b\.?a\.?(?=[ ,.\t(/]|$)|b\.?s\.?(?=[ ,.\t(/]|$)|b\.?\s?tech\.?|b\.?\s?e\.?(?=[ ,.\t(-]|$)|b\.?eng\.?|b\.?\s?com\.?"
    r"|b\.?b\.?a\.?|b\.?c\.?a\.?|b\.?ed\.?|b\.?f\.?a\.?|b\.?arch\.?|b\.?s\.?n\.?|b\.?b\.?m\.?|b\.?pharm\w*|ll\.?b\.?|m\.?b\.?b\.?s\.?|bds"
    r"|associates?(?:['’]s?)?(?: degree)?(?: (?:of|in) (?:applied )?(?:science|arts|business))|a\.?a\.?s?\.?(?=[ ,:]|$)"
    r"|associates?(?:['’]s?)? (?:degree|in)"
    r"|(?:advanced |graduate |national |higher )?diploma|certificat(?:e|ion)(?= (?:in|of|course|program))"
    r"|high school(?: diploma)?|h\.?s\.?c\.?(?= |$|,|\()|s\.?s\.?l?\.?c\.?(?= |$|,|\()|g\.?e\.?d\.?(?=[ ,:]|$)|intermediate|matriculation"
    r"|higher secondary(?: certificate| education| school)?|senior secondary|(?:10|12)th(?: standard| std| grade)?|x(?:th|ii)\b"
    r"|a-?levels?|gcses?|graduat(?:ion|e)(?= (?:in|of))|undergraduate(?: degree)?|graduation|graduate"
    r"|diplom(?:-\w+)?|magister|staatsexamen|abitur|promotion|mittlere reife|fachabitur|hochschulreife"
    r"|licenciatura|licenciad[oa]|grado(?= en)|máster|maestría|doctorado|bachillerato|ingeniería|técnico superior"
    r"|licence|baccalauréat|bac(?:\s?\+\s?\d)?(?= |$)|bts|dut|doctorat|diplôme(?: d['’]ingénieur)?|cap(?= |$)"
    r")(?![\w])",
    re.IGNORECASE,
)
_SHORT_WORDS = re.compile(
    r"^(?:ma|ms|me|be|ba|bs|as|aa|md|jd|bac|cap|mit|co|ag|se|ab|intermediate|graduate)$", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")


def title_score(text: str) -> float:
    """How much a short text looks like a job title: 0 for not at all, 1 for clearly, more when a title ends it."""
    words = [word.lower() for word in _WORDS.findall(text)]
    if not words or len(words) > 14:
        return 0.0
    plural = {word.removesuffix("s") for word in words}
    hits = sum(1 for word in words if word in _TITLE_WORDS)
    if words[0] not in _TITLE_WORDS and words[0].endswith(("ed", "ing")) and len(words) > 3:
        return 0.0
    if len(words) > 5 and sum(word[:1].islower() for word in text.split()) > 0.6 * len(words):
        return 0.0
    score = 1.0 if hits else 0.6 if plural & _TITLE_WORDS else 0.0
    if words[-1] in _TITLE_WORDS:
        score += 0.5
    if _TITLE_PHRASES.search(text):
        score += 0.7
    return score - (0.7 if _LEGAL.search(text) else 0.0) - 0.08 * max(0, len(words) - 7)


def employer_score(text: str) -> float:
    """How much a short text looks like an organisation's name."""
    if not any(c.isalpha() for c in text):
        return 0.0
    legal = 1.2 if _LEGAL.search(text) else 0.0
    org = 0.8 if _ORG.search(text) else 0.0
    return max(legal, org) + (0.2 if text[:1].isupper() else 0.0)


def school_score(text: str) -> float:
    """How much a short text looks like a school's name."""
    return 1.0 if _SCHOOL.search(text) else 0.0


def degree_span(text: str) -> tuple[int, int] | None:
    """The span of the first degree in `text`; short forms like "BE" count only in capitals."""
    for match in _DEGREE.finditer(text):
        bare = match.group().replace(".", "").strip()
        if _SHORT_WORDS.match(bare) and not bare.isupper() and bare.lower() not in ("intermediate", "graduate"):
            continue
        return match.start(), match.start() + len(match.group().rstrip())
    return None
