"""Settings of a connection that cannot work are refused early."""

import pytest

from bursar.connectors.connectwise import Options
from bursar.domain.errors import InvalidInput


def test_the_defaults_stay_below_the_throttle() -> None:
    options = Options()
    assert options.requests_per_minute == options.http.requests_per_minute == 900
    assert (options.concurrency, options.page_size, options.marker_field) == (8, 1000, None)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Options(concurrency=0),
        lambda: Options(concurrency=65),
        lambda: Options(page_size=0),
        lambda: Options(page_size=1001),
        lambda: Options(requests_per_minute=0),
    ],
)
def test_impossible_settings(build: type[Options]) -> None:
    with pytest.raises(InvalidInput) as caught:
        build()
    assert caught.value.remedy.startswith("Choose ")
