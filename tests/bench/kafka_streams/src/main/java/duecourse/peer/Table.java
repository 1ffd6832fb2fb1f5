package duecourse.peer;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** The final figures as a table: a line a cell that is not all zeros, sorted by day and unit, tabs between. */
final class Table {

    private Table() { }

    static void write(ReadOnlyKeyValueStore<byte[], byte[]> tallies, Path path) throws IOException {
        SortedMap<String, String> lines = new TreeMap<>();
        try (KeyValueIterator<byte[], byte[]> all = tallies.all()) {
            while (all.hasNext()) {
                KeyValue<byte[], byte[]> one = all.next();
                int[] sums = Changes.decoded(one.value);
                if (Arrays.stream(sums).anyMatch(n -> n != 0)) {
                    lines.put(name(Cell.decoded(one.key)), text(sums));
                }
            }
        }
        try (BufferedWriter file = Files.newBufferedWriter(path)) {
            file.write("day\tunit\t" + Arrays.stream(Measure.ALL)
                    .map(measure -> measure.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining("\t")) + "\n");
            for (var line : lines.entrySet()) {
                file.write(line.getKey() + "\t" + line.getValue() + "\n");
            }
        }
    }

    private static String name(Cell cell) {
        return LocalDate.ofEpochDay(cell.day()) + "\t" + cell.unit();
    }

    private static String text(int[] sums) {
        return Arrays.stream(sums).mapToObj(Integer::toString).collect(Collectors.joining("\t"));
    }
}
