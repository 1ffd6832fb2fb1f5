package duecourse.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** What the broker says: ends of topics, offsets that were committed, topics to be removed afterwards. */
final class Cluster implements AutoCloseable {

    private final Admin admin;
    private final String group;

    Cluster(String bootstrap, String group) {
        Properties properties = new Properties();
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        admin = Admin.create(properties);
        this.group = group;
    }

    /** Ends of a topic's partitions; the index is the partition. */
    List<Long> ends(String topic) throws ExecutionException, InterruptedException {
        int partitions = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            asked.put(new TopicPartition(topic, partition), OffsetSpec.latest());
        }
        var found = admin.listOffsets(asked).all().get();
        List<Long> ends = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            ends.add(found.get(new TopicPartition(topic, partition)).offset());
        }
        return ends;
    }

    /** What the group has committed; partitions without are left out. */
    Map<TopicPartition, Long> committed() throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> found = new HashMap<>();
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().forEach((partition, offset) -> {
            if (offset != null) {
                found.put(partition, offset.offset());
            }
        });
        return found;
    }

    /** Removes what Kafka Streams made for itself. */
    void deleteInternalTopics() throws ExecutionException, InterruptedException {
        List<String> own = admin.listTopics().names().get().stream().filter(name -> name.startsWith(group + "-")).toList();
        admin.deleteTopics(own).all().get();
    }

    @Override
    public void close() {
        admin.close();
    }
}
