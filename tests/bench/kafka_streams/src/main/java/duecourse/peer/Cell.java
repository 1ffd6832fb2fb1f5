package duecourse.peer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A unit on a local day. As a key the day comes first: a day's cells lie together. */
record Cell(int day, String unit) {

    byte[] encoded() {
        byte[] name = unit.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + name.length).putInt(day).put(name).array();
    }

    static Cell decoded(byte[] key) {
        return new Cell(ByteBuffer.wrap(key).getInt(), new String(key, 4, key.length - 4, StandardCharsets.UTF_8));
    }
}
