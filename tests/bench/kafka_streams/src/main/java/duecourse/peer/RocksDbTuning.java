package duecourse.peer;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/**
 * Kafka's advice on memory: one block cache for all stores. Filters, because most cases are new, and larger write
 * buffers, so that a run of the bench does not wait for compaction.
 */
public final class RocksDbTuning implements RocksDBConfigSetter {

    private static final Cache CACHE;

    static {
        RocksDB.loadLibrary();
        CACHE = new LRUCache(256L << 20);
    }

    private BloomFilter filter;

    @Override
    public void setConfig(String store, Options options, Map<String, Object> configs) {
        filter = new BloomFilter(10);
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(CACHE);
        table.setFilterPolicy(filter);
        options.setTableFormatConfig(table);
        options.setWriteBufferSize(32L << 20);
        options.setMaxWriteBufferNumber(3);
    }

    @Override
    public void close(String store, Options options) {
        filter.close();
    }
}
