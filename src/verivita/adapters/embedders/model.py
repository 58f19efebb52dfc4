"""What the shipped encoder is, without loading it."""

from verivita.engines.retrieval.ports import ModelInfo

SHIPPED_MODEL = ModelInfo("all-MiniLM-L6-v2", "int8", 384)
