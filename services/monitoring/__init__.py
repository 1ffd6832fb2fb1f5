"""What watches the service, as tables: recording rules, alerts, who is told when."""
