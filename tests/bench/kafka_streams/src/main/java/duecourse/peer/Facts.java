package duecourse.peer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The facts of a case as they lie in the store: some twenty bytes each. */
final class Facts {

    private static final int BYTES_MAX = 8 + 8 + 1 + 1 + 8 + 1;
    private static final int ONLINE = 1;
    private static final int STOPS_CLOCK = 2;

    private Facts() { }

    static List<Fact> decoded(byte[] stored) {
        List<Fact> facts = new ArrayList<>(6);
        if (stored == null) {
            return facts;
        }
        ByteBuffer from = ByteBuffer.wrap(stored);
        while (from.hasRemaining()) {
            facts.add(next(from));
        }
        return facts;
    }

    /** What is stored, with one fact more. */
    static byte[] with(byte[] stored, Fact fact) {
        byte[] unit = fact.unit().getBytes(StandardCharsets.UTF_8);
        int before = stored == null ? 0 : stored.length;
        ByteBuffer to = ByteBuffer.allocate(before + BYTES_MAX + unit.length);
        if (stored != null) {
            to.put(stored);
        }
        to.putLong(fact.identity()).putLong(fact.time()).put((byte) fact.kind().ordinal());
        to.put((byte) ((fact.online() ? ONLINE : 0) | (fact.stopsClock() ? STOPS_CLOCK : 0)));
        if (fact.kind() == Kind.RECEIVED) {
            to.putLong(fact.due()).put((byte) unit.length).put(unit);
        }
        byte[] whole = new byte[to.position()];
        to.flip().get(whole);
        return whole;
    }

    private static Fact next(ByteBuffer from) {
        long identity = from.getLong();
        long time = from.getLong();
        Kind kind = Kind.ALL[from.get()];
        int flags = from.get();
        long due = Fact.NONE;
        String unit = "";
        if (kind == Kind.RECEIVED) {
            due = from.getLong();
            int length = from.get() & 0xff;
            unit = new String(from.array(), from.position(), length, StandardCharsets.UTF_8);
            from.position(from.position() + length);
        }
        return new Fact(identity, time, kind, unit, due, (flags & ONLINE) != 0, (flags & STOPS_CLOCK) != 0);
    }
}
