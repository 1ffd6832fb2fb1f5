"""What can be wrong with a Kafka, by what the caller does next.

KafkaUnavailable    nobody answers, or not yet: try again later
KafkaRefused        somebody answers and says no, to us or for good: a person must change something
"""


class KafkaUnavailable(Exception):
    """No broker answers, or none that leads a partition: try again. One line: what, where, what to do."""


class KafkaRefused(Exception):
    """The broker refuses: identity, rights, certificate or what was asked. One line: what, where, what to do."""


class TopicMissing(KafkaRefused):
    """There is no such topic: it was never made, or is not there just now."""
