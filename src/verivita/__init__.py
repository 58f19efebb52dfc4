"""Verivita: a career copilot that people run themselves."""

__version__ = "0.1.0"
