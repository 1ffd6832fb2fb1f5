"""`python -m tests.services.monitoring`: writes the cases of the alerts under `deploy/prometheus/tests/`."""

from tests.services.monitoring.case_files import DEPLOY, case_files

for name, text in case_files().items():
    path = DEPLOY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
