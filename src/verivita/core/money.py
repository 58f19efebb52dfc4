"""Pay: ranges, periods and currencies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PayPeriod(StrEnum):
    """What a sum of pay is for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


# Working time in a year, for comparing pay of different periods (40 hours, 5 days, 52 weeks).
PER_YEAR = {PayPeriod.HOUR: 2080, PayPeriod.DAY: 260, PayPeriod.WEEK: 52, PayPeriod.MONTH: 12, PayPeriod.YEAR: 1}


@dataclass(frozen=True, slots=True)
class Pay:
    """A range of pay as it was written; `minimum` or `maximum` may be unknown, not both.

    `currency` is an ISO 4217 code or None where none was said.
    """

    minimum: float | None
    maximum: float | None
    currency: str | None
    period: PayPeriod | None

    @property
    def yearly_minimum(self) -> int | None:
        """The lower end in whole units a year; an unsaid period counts as a year."""
        return _yearly(self.minimum, self.period)

    @property
    def yearly_maximum(self) -> int | None:
        """The upper end in whole units a year; an unsaid period counts as a year."""
        return _yearly(self.maximum, self.period)


def _yearly(amount: float | None, period: PayPeriod | None) -> int | None:
    return None if amount is None else round(amount * PER_YEAR[period or PayPeriod.YEAR])
