package duecourse.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Keeps the facts of each case and passes on how its counts change; a repeat changes nothing. */
final class CaseProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    private static final String STORE = "cases";

    private final Progress progress;
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<byte[], byte[]> cases;

    private CaseProcessor(Progress progress) {
        this.progress = progress;
    }

    static ProcessorSupplier<byte[], byte[], byte[], byte[]> supplier(Progress progress) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<byte[], byte[], byte[], byte[]> get() {
                return new CaseProcessor(progress);
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
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        cases = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        progress.begin();
        Fact fact = parsed(record.value());
        byte[] stored = cases.get(record.key());
        List<Fact> facts = Facts.decoded(stored);
        for (Fact known : facts) {
            if (known.identity() == fact.identity()) {
                return;
            }
        }
        cases.put(record.key(), Facts.with(stored, fact));
        Changes changes = new Changes();
        Fold.count(facts, changes, -1);
        facts.add(fact);
        Fold.count(facts, changes, 1);
        forward(changes, record.timestamp());
    }

    private void forward(Changes changes, long timestamp) {
        for (Map.Entry<Cell, int[]> entry : changes.cells().entrySet()) {
            byte[] change = Changes.encoded(entry.getValue());
            if (change.length > 0) {
                context.forward(new Record<>(entry.getKey().encoded(), change, timestamp)); // without the headers
                progress.sent();
            }
        }
    }

    private static Fact parsed(byte[] body) {
        try {
            return Fact.parse(body);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
