"""Settings that hold for every test."""

import os

from hypothesis import HealthCheck, Phase, settings

pytest_plugins = (
    "tests.fixtures.databases",
    "tests.fixtures.kafka",
    "tests.fixtures.processes",
    "tests.fixtures.promtool",
    "tests.fixtures.tcp_postgres",
)

_CI = os.environ.get("CI") == "true"

settings.register_profile(
    "default",
    max_examples=100,
    deadline=None,
    derandomize=_CI,
    print_blob=_CI,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly", settings.get_profile("default"), max_examples=2_000, derandomize=False, print_blob=True
)
settings.register_profile("fast", settings.get_profile("default"), max_examples=10)
settings.register_profile(
    "seeded-bugs", settings.get_profile("default"), derandomize=True, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
