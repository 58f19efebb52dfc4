"""Resume against posting: scores, matched and missing skills. Face of the room."""

from verivita.features.matching.model import (
    SCORE_VERSION,
    Analysis,
    Band,
    HardStop,
    Lever,
    Match,
    Pair,
    Part,
    Shortlist,
    Wishes,
    WishState,
)
from verivita.features.matching.rank import RankText, prepare_text, rank
from verivita.features.matching.service import MatchingService

__all__ = [
    "SCORE_VERSION",
    "Analysis",
    "Band",
    "HardStop",
    "Lever",
    "Match",
    "MatchingService",
    "Pair",
    "Part",
    "RankText",
    "Shortlist",
    "WishState",
    "Wishes",
    "prepare_text",
    "rank",
]
