package duecourse.peer;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What a case adds to cells: how it counts now less how it counted before. */
final class Changes {

    private static final int WIDTH = Measure.ALL.length;

    private final Map<Cell, int[]> cells = new HashMap<>(8);

    void add(int day, String unit, Measure measure, int n) {
        cells.computeIfAbsent(new Cell(day, unit), cell -> new int[WIDTH])[measure.ordinal()] += n;
    }

    Map<Cell, int[]> cells() {
        return cells;
    }

    /** The measures that change, two bytes each; empty where none does. */
    static byte[] encoded(int[] change) {
        byte[] found = new byte[2 * WIDTH];
        int length = 0;
        for (int measure = 0; measure < WIDTH; measure++) {
            if (change[measure] != 0) {
                found[length++] = (byte) measure;
                found[length++] = (byte) change[measure];
            }
        }
        return Arrays.copyOf(found, length);
    }

    /** A stored tally, or none, with an encoded change added. */
    static byte[] added(byte[] tally, byte[] change) {
        ByteBuffer sums = tally == null ? ByteBuffer.allocate(4 * WIDTH) : ByteBuffer.wrap(tally.clone());
        for (int place = 0; place < change.length; place += 2) {
            int at = 4 * change[place];
            sums.putInt(at, sums.getInt(at) + change[place + 1]);
        }
        return sums.array();
    }

    static int[] decoded(byte[] tally) {
        int[] sums = new int[WIDTH];
        ByteBuffer.wrap(tally).asIntBuffer().get(sums);
        return sums;
    }
}
