"""A condition and its write are one step: calls of the services that have such never run side by side."""

import threading
import time
from collections.abc import Iterable

import pytest

from leastwise.sandbox.conditions import one_at_a_time
from leastwise.sandbox.traffic import Environ, StartResponse


class Crowd:
    """An application that says how many calls were under way at once at most, until their last byte."""

    def __init__(self) -> None:
        self.most = 0
        self._under_way = 0

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        assert environ
        assert start_response is not None
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        time.sleep(0.02)
        yield b""
        self._under_way -= 1


@pytest.mark.parametrize(("service", "are_alone"), [("s3", True), ("dynamodb", True), ("sts", False)])
def test_calls_with_conditions_are_carried_out_one_after_the_other(service: str, *, are_alone: bool) -> None:
    crowd = Crowd()
    application = one_at_a_time(crowd)
    signed = {"HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=AKIA/20261124/us-east-1/{service}/aws4_request, ..."}

    def call() -> None:
        assert list(application(dict(signed), lambda *_: None)) == [b""]

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (crowd.most == 1) is are_alone
