package duecourse.peer;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** How far the two halves of the topology are, counted where it happens. */
final class Progress {

    private final LongAdder sent = new LongAdder();
    private final LongAdder tallied = new LongAdder();
    private final AtomicLong begunNanos = new AtomicLong();
    private final AtomicLongArray last;

    Progress(int partitions) {
        last = new AtomicLongArray(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            last.set(partition, -1);
        }
    }

    /** Takes note of the first record of all. */
    void begin() {
        if (begunNanos.get() == 0) {
            begunNanos.compareAndSet(0, System.nanoTime());
        }
    }

    long begunNanos() {
        return begunNanos.get();
    }

    void sent() {
        sent.increment();
    }

    void tallied(int partition, long offset) {
        tallied.increment();
        last.lazySet(partition, offset);
    }

    /** Whether every change that was sent has been added. */
    boolean even() {
        return tallied.sum() == sent.sum();
    }

    /** Offset of the last change that was added, -1 where there was none. */
    long last(int partition) {
        return last.get(partition);
    }
}
