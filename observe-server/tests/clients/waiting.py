"""Reading back what was sent a moment ago."""

import time


def until(read, is_there):
    """Reads until it is there, for at most 20 seconds."""
    deadline = time.monotonic() + 20
    while True:
        try:
            found, problem = read(), None
        except Exception as error:  # a trace that is not there yet answers 404
            found, problem = None, error
        if problem is None and is_there(found):
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not there after 20 seconds: {problem or found!r}")
        time.sleep(0.05)


def equal(what, found, expected):
    assert found == expected, f"{what}: {found!r}, expected {expected!r}"
