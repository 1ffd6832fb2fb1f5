"""The HTTP interface (FastAPI): one file per noun, HTTP status codes in `problems` only."""
