"""The exporter: figures per unit as Prometheus text, from integers in memory that follow the change feed."""
