package duecourse.peer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * One fact of one case. Instants are microseconds since 1970 UTC.
 *
 * @param identity   64 bits of source and id: what makes a repeat one
 * @param unit       of a reception, else empty
 * @param due        of a reception, or {@link #NONE}
 * @param online     a reception by that channel
 * @param stopsClock a pause for one of the reasons that stop the clock
 */
record Fact(long identity, long time, Kind kind, String unit, long due, boolean online, boolean stopsClock) {

    static final long NONE = Long.MIN_VALUE;
    private static final JsonFactory JSON = new JsonFactory();

    /** Reads a CloudEvent. */
    static Fact parse(byte[] body) throws IOException {
        String source = "", id = "", type = "", unit = "", channel = "", reason = "";
        long time = NONE, due = NONE;
        try (JsonParser parser = JSON.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() != null) {
                if (parser.currentToken() != JsonToken.VALUE_STRING) {
                    continue; // names, and the braces around `data`, whose names are none of the envelope's
                }
                switch (parser.currentName()) {
                    case "source" -> source = parser.getText();
                    case "id" -> id = parser.getText();
                    case "type" -> type = parser.getText();
                    case "time" -> time = Instants.parse(parser.getText());
                    case "unit" -> unit = parser.getText();
                    case "due" -> due = Instants.parse(parser.getText());
                    case "channel" -> channel = parser.getText();
                    case "reason" -> reason = parser.getText();
                    default -> { }
                }
            }
        }
        boolean stopsClock = reason.equals("supplement") || reason.equals("verification");
        return new Fact(identity(source, id), time, Kind.of(type), unit, due, channel.equals("online"), stopsClock);
    }

    /** FNV-1a over both, with a separator that neither has. */
    private static long identity(String source, String id) {
        return hashed(id, hashed(source, 0xcbf29ce484222325L) * 0x100000001b3L);
    }

    private static long hashed(String text, long hash) {
        for (int place = 0; place < text.length(); place++) {
            hash = (hash ^ text.charAt(place)) * 0x100000001b3L;
        }
        return hash;
    }
}
