"""Columnar replay: the archive as columns, so that cases that count alike are counted once.

No rule of counting is written here. What a case is counted as depends on its facts, on the order of their instants, and
on the local days in which these lie: which are the same, and which follow one another. So the cases of one *shape*, the
same facts in the same order on days of the same order, count alike but for the units and the days themselves: one of
them is folded by the one fold that there is, and the columns add up the others. Of a case that was paused once, the
date to which the pause moves its due date is one of its days. Cases for which all that does not hold (more pauses,
retractions), with units that come and go, or with anything out of the ordinary are folded one by one. As of a point
the tallies and their digest are those of `services.history.folding`, bit for bit.
"""
