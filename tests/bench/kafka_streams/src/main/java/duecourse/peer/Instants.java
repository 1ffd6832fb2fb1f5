package duecourse.peer;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneRules;

/** Instants as microseconds since 1970 UTC, and the local days of the reporting time zone as days since 1970. */
final class Instants {

    private static final long SECOND = 1_000_000L;
    private static final long DAY = 86_400L * SECOND;
    private static final ZoneRules ZONE = ZoneId.of("Asia/Ho_Chi_Minh").getRules();

    private Instants() { }

    /** An RFC 3339 time. Those in UTC, as our senders write them, are read by hand: a third of the time. */
    static long parse(String text) {
        int end = text.length();
        int behind = text.endsWith("Z") ? end - 1 : text.endsWith("+00:00") ? end - 6 : -1;
        if (behind < 19 || behind > 26) {
            return parsedByLibrary(text);
        }
        long days = daysOf(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        long seconds = number(text, 11, 13) * 3_600L + number(text, 14, 16) * 60L + number(text, 17, 19);
        long micros = behind > 20 ? number(text, 20, behind) : 0;
        for (int digits = behind - 20; digits < 6 && micros > 0; digits++) {
            micros *= 10;
        }
        return days * DAY + seconds * SECOND + micros;
    }

    private static long parsedByLibrary(String text) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, OffsetDateTime.parse(text).toInstant());
    }

    private static int number(String text, int begin, int end) {
        int found = 0;
        for (int place = begin; place < end; place++) {
            found = found * 10 + text.charAt(place) - '0';
        }
        return found;
    }

    /** Days since 1970 of a date; years begin in March, so that the leap day comes last. */
    private static long daysOf(int year, int month, int day) {
        long y = month <= 2 ? year - 1 : year;
        long dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return 365 * y + Math.floorDiv(y, 4) - Math.floorDiv(y, 100) + Math.floorDiv(y, 400) + dayOfYear - 719_468;
    }

    /** The local day in which an instant lies. */
    static int dayOf(long instant) {
        return (int) Math.floorDiv(instant + offset(instant), DAY);
    }

    /** The last microsecond of a local day. */
    static long lastOf(int day) {
        return ofWall((day + 1) * DAY) - 1;
    }

    /** The same wall time so many local days later. */
    static long shift(long instant, int days) {
        return days == 0 ? instant : ofWall(instant + offset(instant) + days * DAY);
    }

    private static long offset(long instant) {
        return ZONE.getOffset(Instant.ofEpochSecond(Math.floorDiv(instant, SECOND))).getTotalSeconds() * SECOND;
    }

    private static long ofWall(long wall) {
        LocalDateTime local = LocalDateTime.ofEpochSecond(Math.floorDiv(wall, SECOND), 0, ZoneOffset.UTC);
        return wall - ZONE.getOffset(local).getTotalSeconds() * SECOND;
    }
}
