package duecourse.peer;

import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Sums changes by cell. What `groupByKey().aggregate()` would do, without the time stamp that it stores beside each
 * value and the old value that it reads for whoever listens: here nobody does.
 */
final class TallyProcessor extends ContextualProcessor<byte[], byte[], Void, Void> {

    static final String STORE = "tallies";

    private final Progress progress;

    private TallyProcessor(Progress progress) {
        this.progress = progress;
    }

    static ProcessorSupplier<byte[], byte[], Void, Void> supplier(Progress progress) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<byte[], byte[], Void, Void> get() {
                return new TallyProcessor(progress);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(STORE), Serdes.ByteArray(), Serdes.ByteArray())
                        .withCachingEnabled());
            }
        };
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        KeyValueStore<byte[], byte[]> tallies = context().getStateStore(STORE);
        tallies.put(record.key(), Changes.added(tallies.get(record.key()), record.value()));
        RecordMetadata place = context().recordMetadata().orElseThrow();
        progress.tallied(place.partition(), place.offset());
    }
}
