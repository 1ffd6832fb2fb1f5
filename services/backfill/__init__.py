"""Back-fill: past figures at event time, as OpenMetrics text for an audit Prometheus."""
