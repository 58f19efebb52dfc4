"""What is kept about a person: see it, take it along, bring it back, erase it. Face of the room."""

from verivita.features.privacy.model import Stored, TakenBack
from verivita.features.privacy.service import PrivacyService

__all__ = ["PrivacyService", "Stored", "TakenBack"]
