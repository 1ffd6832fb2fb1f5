"""Every threshold of the alerts. A change here changes how many false alarms there are: count them anew.

The guarded rules (Wilson bound, two-proportion z) were chosen by simulation over 4,000 units for a year.
"""

from decimal import Decimal
from typing import Final

WILSON_Z: Final = Decimal("3.09")
"""One-sided: the lower bound is above the true share once in a thousand."""
LEVEL_SETTLED_MIN: Final = 10
"""Cases settled in 30 days below which a level says nothing, whatever the bound."""

RISING_Z: Final = Decimal("3.3")
RISING_POINTS_MIN: Final = Decimal("0.05")
RISING_SETTLED_MIN: Final = 20
"""Cases settled in each of the two weeks compared."""

BURN_SETTLED_MIN: Final = 50
BURNS: Final = (("fast", "1d", "1d", "6"), ("steady", "1d", "7d", "2"), ("slow", "7d", "30d", "1.2"))
"""Speed, short and long window, and how many times faster than promised late cases come in both."""

OVERDUE_MIN: Final = 10
OVERDUE_GROWTH_MIN: Final = Decimal("0.5")
"""Growth within a week, as a share of what is overdue now."""
OVERDUE_GROWTH_ROOTS_MIN: Final = 5
"""The same in roots of what is overdue now: chance moves small numbers much."""
STUCK_MIN: Final = 5
BACKLOG_MIN: Final = 50
BACKLOG_Z: Final = Decimal("3.3")
BACKLOG_RATIO_MIN: Final = Decimal("1.2")
DUE_SOON_MIN: Final = 20
DUE_SOON_Z: Final = Decimal("3.3")
DUE_SOON_WORKING_DAYS: Final = 3
"""Days of usual work that may fall due within the days counted as soon: 2.0 in the sample province on a plain Monday,
2.4 after a long holiday."""
WORKING_DAYS_IN_30: Final = 21
OLDEST_DAYS_MAX: Final = 180

QUALITY_CASES_MIN: Final = 20
QUALITY_SHARE_MIN: Final = Decimal("0.05")
"""Above what was to be expected, as a share of the cases that came in."""
QUALITY_Z: Final = Decimal("3.3")

STALE_MINUTES_MAX: Final = 5
CATCH_UP_MINUTES_MAX: Final = 10
EVENT_TO_METRIC_SECONDS_MAX: Final = 30
REWINDS_MAX: Final = 3
RULE_TIME_SHARE_MAX: Final = Decimal("0.5")
SCRAPE_SAMPLES_LIMIT: Final = 500_000
SCRAPE_TIMEOUT_SECONDS: Final = 20
"""As in `deploy/prometheus/prometheus.yml`."""
SCRAPE_SAMPLES_MAX: Final = SCRAPE_SAMPLES_LIMIT * 9 // 10
SCRAPE_SECONDS_MAX: Final = SCRAPE_TIMEOUT_SECONDS // 2
CALENDAR_DAYS_MIN: Final = 30
"""How long before the last known year ends its successor should be in the calendar."""
