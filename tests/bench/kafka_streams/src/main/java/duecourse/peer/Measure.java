package duecourse.peer;

/** What is counted per unit and local day; the meaning of each is in projections/measures.py. */
enum Measure {
    NEW,
    NEW_ONLINE,
    RETURNED,
    SETTLED_EARLY,
    SETTLED_ON_TIME,
    SETTLED_LATE,
    FELL_DUE,
    FELL_DUE_ON_TIME,
    OVERDUE,
    PAUSED,
    OPEN_DUE;

    static final Measure[] ALL = values();
}
