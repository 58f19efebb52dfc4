"""The language models of a tenant: keys, routes, budgets, usage. Face of the room."""

from verivita.features.models.model import KeyState, Limits, ModelSettings, Purpose, Spent
from verivita.features.models.service import ModelsService

__all__ = [
    "KeyState",
    "Limits",
    "ModelSettings",
    "ModelsService",
    "Purpose",
    "Spent",
]
