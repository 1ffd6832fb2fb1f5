"""Grafana's dashboards as tables: panels are declared, `drawing` makes Grafana's JSON of them."""
