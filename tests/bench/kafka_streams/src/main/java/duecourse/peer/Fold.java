package duecourse.peer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Counts a case under the policy `date`, whatever the order in which its facts came (projections/entries.py says the
 * same for all facts and both policies).
 */
final class Fold {

    private static final long FOREVER = Long.MAX_VALUE;
    private static final Comparator<Fact> WALK =
            Comparator.comparingLong(Fact::time).thenComparing(Fact::kind).thenComparingLong(Fact::identity);

    private final Changes changes;
    private final int sign;

    private Fact received;
    private long end = Fact.NONE;
    private long returned = Fact.NONE;
    private long due;
    private long pauseBegan = Fact.NONE;
    private boolean pauseStopsClock;
    private final List<long[]> pauses = new ArrayList<>(2);

    private Fold(Changes changes, int sign) {
        this.changes = changes;
        this.sign = sign;
    }

    /** Adds what the facts count as, `sign` times. */
    static void count(List<Fact> facts, Changes changes, int sign) {
        List<Fact> walk = new ArrayList<>(facts);
        walk.sort(WALK);
        Fold fold = new Fold(changes, sign);
        fold.received = first(walk, Kind.RECEIVED);
        if (fold.received != null) {
            fold.walk(walk);
            fold.count();
        }
    }

    private static Fact first(List<Fact> walk, Kind kind) {
        for (Fact fact : walk) {
            if (fact.kind() == kind) {
                return fact;
            }
        }
        return null;
    }

    private void walk(List<Fact> walk) {
        Fact decided = first(walk, Kind.PROCESSED);
        Fact handedOver = first(walk, Kind.RETURNED);
        Fact ending = decided != null ? decided : handedOver;
        returned = handedOver == null ? Fact.NONE : handedOver.time();
        due = received.due();
        for (Fact fact : walk) {
            if (fact == ending) {
                closePause(fact.time());
                end = fact.time();
                return;
            } else if (fact.kind() == Kind.PAUSED && pauseBegan == Fact.NONE) {
                pauseBegan = fact.time();
                pauseStopsClock = fact.stopsClock();
            } else if (fact.kind() == Kind.RESUMED) {
                closePause(fact.time());
            }
        }
    }

    /** A pause that stopped the clock and began in time moves the due date by its days. */
    private void closePause(long ended) {
        if (pauseCounts()) {
            pauses.add(new long[] {pauseBegan, ended});
            due = Instants.shift(due, Instants.dayOf(ended) - Instants.dayOf(pauseBegan));
        }
        pauseBegan = Fact.NONE;
    }

    private boolean pauseCounts() {
        return pauseBegan != Fact.NONE
                && pauseStopsClock
                && due != Fact.NONE
                && Instants.dayOf(pauseBegan) <= Instants.dayOf(due);
    }

    private void count() {
        long receivedAt = received.time();
        boolean open = end == Fact.NONE;
        long until = open ? FOREVER : Math.max(end, receivedAt);
        add(receivedAt, Measure.NEW, 1);
        if (received.online()) {
            add(receivedAt, Measure.NEW_ONLINE, 1);
        }
        if (returned != Fact.NONE) {
            add(Math.max(returned, receivedAt), Measure.RETURNED, 1);
        }
        if (!open) {
            add(until, label(), 1);
        }
        boolean paused = open && pauseCounts();
        if (paused) {
            pauses.add(new long[] {pauseBegan, FOREVER});
        }
        for (long[] pause : pauses) {
            hold(Math.max(pause[0], receivedAt), Math.min(pause[1], until), Measure.PAUSED);
        }
        if (due != Fact.NONE && !paused) {
            countDue(receivedAt, open, until);
        }
    }

    private void countDue(long receivedAt, boolean open, long until) {
        long passes = Math.max(Instants.lastOf(Instants.dayOf(due)), receivedAt);
        add(passes, Measure.FELL_DUE, 1);
        if (open) {
            add(due, Measure.OPEN_DUE, 1);
        } else if (label() != Measure.SETTLED_LATE) {
            add(passes, Measure.FELL_DUE_ON_TIME, 1);
        }
        hold(passes, until, Measure.OVERDUE); // pauses that counted ended before: each moved the due date past itself
    }

    private Measure label() {
        int difference = due == Fact.NONE ? 0 : Integer.compare(Instants.dayOf(end), Instants.dayOf(due));
        return difference < 0 ? Measure.SETTLED_EARLY
                : difference > 0 ? Measure.SETTLED_LATE : Measure.SETTLED_ON_TIME;
    }

    /** A state from `begin` to `stop`. */
    private void hold(long begin, long stop, Measure measure) {
        if (begin < stop) {
            add(begin, measure, 1);
            if (stop < FOREVER) {
                add(stop, measure, -1);
            }
        }
    }

    private void add(long instant, Measure measure, int n) {
        changes.add(Instants.dayOf(instant), received.unit(), measure, sign * n);
    }
}
