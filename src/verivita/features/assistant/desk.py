"""The writing desk: which job a message is about, which kind of text is wanted, and the text."""

from __future__ import annotations

import re
from uuid import UUID

from verivita.core.page import PageRequest
from verivita.core.principal import Principal
from verivita.core.text import fold
from verivita.engines.grounding import Nearness
from verivita.features.answers import Answer
from verivita.features.assistant import drafts
from verivita.features.assistant.material import gather
from verivita.features.assistant.model import Mode, Saying
from verivita.features.assistant.pen import Pen
from verivita.features.library import DocumentKind, DocumentStatus, FactKind, LibraryService, Opened
from verivita.features.matching import MatchingService
from verivita.features.models import ModelsService
from verivita.features.postings import Posting, PostingsService
from verivita.features.search import SearchRequest, SearchService

_KINDS = (
    (Mode.INTERVIEW, re.compile(r"\binterview|\bvorstellungsgesprach|\bentrevista|\bentretien|\bcolloquio")),
    (
        Mode.TAILOR,
        re.compile(r"\b(?:resume|cv|lebenslauf|curriculum|bullet|tailor|summary|headline|lines?)\b|\banpass"),
    ),
)
_ABOUT = re.compile(r"\b(?:to|for|at|about|with|fur|bei|an|para|pour|chez|a)\b\s+(.+)$")
_PLAIN = {Mode.EMAIL: drafts.email, Mode.TAILOR: drafts.tailor, Mode.INTERVIEW: drafts.interview}
_WHICH_JOB = (
    "For which job? Choose one on its page, name it as it is called there, or give its text: then your own lines that "
    "meet what it asks for are put together."
)


class WritingDesk:
    """Texts for one job, made of the person's own lines."""

    def __init__(
        self,
        library: LibraryService,
        postings: PostingsService,
        search: SearchService,
        matching: MatchingService,
        models: ModelsService | None = None,
        nearness: Nearness | None = None,
    ) -> None:
        self._library, self._postings, self._search, self._matching = library, postings, search, matching
        self._pen = Pen(models, nearness)

    async def write(self, principal: Principal, saying: Saying) -> Answer:
        """The text that the message wants, by a model where one can be asked. Raises `NotFound` for an unknown job."""
        posting, stored = await self._job(principal, saying)
        if posting is None:
            return Answer(_WHICH_JOB, abstained=True)
        match = await self._matching.weigh(principal, posting)
        if match.overall is None and not match.pairs:
            return Answer(f"This posting says too little to write for it. {match.reason}".strip(), abstained=True)
        lines = (await self._library.profile(principal)).lines
        kind = kind_of(saying)
        name = await self._name(principal) if kind is Mode.EMAIL else ""
        brief = drafts.Brief(posting, stored, match, lines, name, saying.verify)
        plain = _PLAIN[kind](brief)
        if not (lines and saying.use_model and await self._pen.can(principal, kind)):
            return plain
        material = gather(brief, await self._papers(principal, brief))
        return await self._pen.write(principal, kind, saying, brief, material, plain)

    async def _papers(self, principal: Principal, brief: drafts.Brief) -> list[Opened]:
        """The papers that the own lines stand in."""
        ids = dict.fromkeys(line.document_id for line in brief.lines)
        return [await self._library.open(principal, id) for id in ids]

    async def _job(self, principal: Principal, saying: Saying) -> tuple[Posting | None, bool]:
        """The job that is meant, and whether it is stored: named by id, given as text, or found by its name."""
        if saying.job_id is not None:
            return await self._postings.get(principal, saying.job_id), True
        if saying.job_description.strip():
            return await self._postings.glance(principal, saying.job_description), False
        named = _ABOUT.search(fold(saying.text))
        if named is None:
            return None, False
        found = await self._search.postings(principal, SearchRequest(named[1][:300], page=PageRequest(1, 1)))
        if found.mode == "database" or not found.found.items:
            return None, False
        posting = await self._postings.get(principal, found.found.items[0].id)
        return (posting, True) if _is_named(named[1], posting) else (None, False)

    async def _name(self, principal: Principal) -> str:
        """The person's name as the newest own resume writes it."""
        for paper in await self._library.all(principal):
            ready = paper.is_active and paper.status is DocumentStatus.READY
            if ready and paper.kind is DocumentKind.RESUME:
                return await self._name_in(principal, paper.id)
        return ""

    async def _name_in(self, principal: Principal, id: UUID) -> str:
        facts = await self._library.facts(principal, id)
        return next((fact.value for fact in facts if fact.kind is FactKind.NAME), "")


def kind_of(saying: Saying) -> Mode:
    """Which text is wanted: the mode says it, else the words of the message."""
    if saying.mode is not Mode.CHAT:
        return saying.mode
    asked = fold(saying.text)
    return next((mode for mode, pattern in _KINDS if pattern.search(asked)), Mode.EMAIL)


def _is_named(words: str, posting: Posting) -> bool:
    """True where the message says the company's name, or most of the job's title."""
    said = set(re.findall(r"\w+", words))
    company = set(re.findall(r"\w{3,}", fold(posting.understood.company)))
    title = set(re.findall(r"\w{3,}", fold(posting.understood.title)))
    return (bool(company) and company <= said) or len(title & said) >= max(2, 0.6 * len(title))
