"""What a client says it would rather have: `Accept` and `Accept-Encoding`, weighed (RFC 9110, 12.4.2)."""

from services.exporter.formats import OPEN_METRICS, TEXT, Format


def weights(header: str) -> dict[str, float]:
    """Each thing named, without its parameters, with its weight; 0 where the weight cannot be read."""
    found: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        said = [word.removeprefix("q=") for word in parameters if word.startswith("q=")]
        found[name] = max(found.get(name, 0.0), _weight(said[0]) if said else 1.0)
    return found


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def metrics_format(accept: str) -> Format:
    """OpenMetrics for those who name it and do not prefer plain text."""
    wanted = weights(accept)
    open_metrics = wanted.get("application/openmetrics-text", 0.0)
    return OPEN_METRICS if open_metrics > 0 and open_metrics >= wanted.get("text/plain", 0.0) else TEXT


def takes_gzip(accept_encoding: str) -> bool:
    """Whether the answer may be compressed."""
    wanted = weights(accept_encoding)
    return wanted.get("gzip", wanted.get("*", 0.0)) > 0
