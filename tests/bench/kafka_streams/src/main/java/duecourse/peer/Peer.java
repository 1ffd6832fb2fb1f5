package duecourse.peer;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/**
 * The figures per unit and day on Kafka Streams: {@code Peer BOOTSTRAP TOPIC APPLICATION STATE_FOLDER TABLE SETTINGS}.
 *
 * <p>Reads the topic to its end, waits until all of it is committed, says how long that took and writes the table.
 * Its last word before the table is one line of JSON that begins with {@code {"facts"}.
 */
public final class Peer {

    private static final long LOOK_MILLIS = 20;
    private static final long SAY_NANOS = 1_000_000_000L;
    private static final String CHANGES = "changes";

    private final String topic;
    private final String application;
    private final List<Long> ends;
    private final Progress progress;
    private final Cluster cluster;
    private long halfNanos;
    private long readAtHalf;

    private Peer(String topic, String application, Cluster cluster) throws ExecutionException, InterruptedException {
        this.topic = topic;
        this.application = application;
        this.cluster = cluster;
        ends = cluster.ends(topic);
        progress = new Progress(ends.size());
    }

    public static void main(String[] words) throws Exception {
        try (Cluster cluster = new Cluster(words[0], words[2])) {
            Properties settings = settings(Path.of(words[5]));
            settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, words[0]);
            settings.put(StreamsConfig.APPLICATION_ID_CONFIG, words[2]);
            settings.put(StreamsConfig.STATE_DIR_CONFIG, words[3]);
            new Peer(words[1], words[2], cluster).run(settings, Path.of(words[4]));
        }
    }

    private static Properties settings(Path path) throws IOException {
        Properties settings = new Properties();
        try (Reader file = Files.newBufferedReader(path)) {
            settings.load(file);
        }
        settings.put("consumer.auto.offset.reset", "earliest");
        return settings;
    }

    private void run(Properties settings, Path table) throws Exception {
        try (KafkaStreams streams = new KafkaStreams(topology(), settings)) {
            streams.setUncaughtExceptionHandler(error -> {
                error.printStackTrace();
                Runtime.getRuntime().halt(1);
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            streams.start();
            awaitEnd();
            say();
            Table.write(streams.store(StoreQueryParameters.fromNameAndType(
                    TallyProcessor.STORE, QueryableStoreTypes.<byte[], byte[]>keyValueStore())), table);
        }
        cluster.deleteInternalTopics();
    }

    private Topology topology() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(topic, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .process(CaseProcessor.supplier(progress))
                .repartition(Repartitioned.<byte[], byte[]>as(CHANGES)
                        .withKeySerde(Serdes.ByteArray())
                        .withValueSerde(Serdes.ByteArray())
                        .withNumberOfPartitions(ends.size()))
                .process(TallyProcessor.supplier(progress));
        return builder.build();
    }

    /** `late` is what was committed after the half of the facts had been: by then the JVM has compiled what matters. */
    private void say() {
        long now = System.nanoTime();
        System.out.printf(
                Locale.ROOT,
                "{\"facts\": %d, \"seconds\": %.3f, \"late_facts\": %d, \"late_seconds\": %.3f}%n",
                facts(), (now - progress.begunNanos()) / 1e9, facts() - readAtHalf, (now - halfNanos) / 1e9);
    }

    private void awaitEnd() throws ExecutionException, InterruptedException {
        long saidNanos = System.nanoTime();
        Map<TopicPartition, Long> committed = cluster.committed();
        while (!done(committed)) {
            if (halfNanos == 0 && 2 * read(committed) >= facts()) {
                halfNanos = System.nanoTime();
                readAtHalf = read(committed);
            }
            if (System.nanoTime() - saidNanos > SAY_NANOS) {
                saidNanos += SAY_NANOS;
                System.out.printf(Locale.ROOT, "committed %,d of %,d facts%n", read(committed), facts());
            }
            Thread.sleep(LOOK_MILLIS);
            committed = cluster.committed();
        }
    }

    private long facts() {
        return ends.stream().mapToLong(Long::longValue).sum();
    }

    private long read(Map<TopicPartition, Long> committed) {
        long sum = 0;
        for (int partition = 0; partition < ends.size(); partition++) {
            sum += committed.getOrDefault(new TopicPartition(topic, partition), 0L);
        }
        return sum;
    }

    /**
     * All facts are committed, and with them the changes they gave; all changes are added, and the last one of each
     * partition is committed. Behind it lie transaction markers, so its end alone would not tell.
     */
    private boolean done(Map<TopicPartition, Long> committed) {
        if (read(committed) < facts() || !progress.even()) {
            return false;
        }
        String changes = application + "-" + CHANGES + "-repartition";
        for (int partition = 0; partition < ends.size(); partition++) {
            if (committed.getOrDefault(new TopicPartition(changes, partition), 0L) <= progress.last(partition)) {
                return false;
            }
        }
        return true;
    }
}
