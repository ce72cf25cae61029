"""Many short examples, remembered in no file: a failure prints how to play it again."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "board",
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("board")
