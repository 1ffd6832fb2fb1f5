"""Rows of the national public-service portal, which say how a case stands now, become facts that say what happened.

The portal is sent the *current row* of a case again and again (`DongBoHoSoMC`). `policy` says what its codes and
columns mean, `reading` makes a `Snapshot` of a row, `facts` the facts of a snapshot, `source` an import of a file.

**Any order, any repetition, any batching give the same facts.** The facts of a row depend on that row alone, and what
is known of a case is the union of them. So no row may say what another row of the same case would contradict:

- A fact with a time of its own in the row (received, asked, answered, decided, returned) is the same in every row that
  names it. Where rows name different times, both facts stand, the fold's rules choose, and the case counts under
  `received_twice` or `processed_twice`: a correction is seen, never guessed away.
- A value without a time (date promised, unit after the reception) is *stated* by each row in an order that the walk
  keeps: the newest row's statement is walked last and counts. A row is newer whose latest time is later; among equals,
  the one whose status stands later in a case's life (`stage`). Rows equal in both that say different things are
  **undecided**, and so are rows that name two units when nothing happened since the reception. Of two dates the earlier
  counts, so that no unit gains by it; two units are two receptions, `received_twice`. The import says how many.
- Of two values that only ever follow one another (not digitised, digitised) the row with the later one retracts the
  fact with the earlier one, whose id it knows.

Such rows cannot tell, and so nothing is said of it: that a case was re-opened (a row back in process is older than its
decision), and which unit came first where rows name two (the newest holds the case; `received_twice` marks it).
"""

from services.portal.policy import PORTALS, Policy, built_in, load_policy
from services.portal.source import PortalSource

__all__ = ["PORTALS", "Policy", "PortalSource", "built_in", "load_policy"]
