"""The reference under `deploy/reference/`, written from the code: verbs, settings, metrics, definitions, events."""
