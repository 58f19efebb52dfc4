"""The language models of a tenant: keys, routes, budgets, usage. Face of the room."""

from verivita.features.models.choices import Change, ModelSettingsService
from verivita.features.models.model import Greeting, KeyState, Limits, ModelSettings, Offer, Purpose, Spent
from verivita.features.models.repository import ModelsRepository
from verivita.features.models.routes import Installed, parse
from verivita.features.models.service import ModelsService, Way
from verivita.features.models.till import Till

__all__ = [
    "Change",
    "Greeting",
    "Installed",
    "KeyState",
    "Limits",
    "ModelSettings",
    "ModelSettingsService",
    "ModelsRepository",
    "ModelsService",
    "Offer",
    "Purpose",
    "Spent",
    "Till",
    "Way",
    "parse",
]
