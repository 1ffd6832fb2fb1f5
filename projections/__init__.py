"""What follows from facts: deadlines, labels, tallies, periods, figures, units. Pure: no clock, no I/O, no await."""
