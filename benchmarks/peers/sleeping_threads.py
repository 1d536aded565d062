"""Threads that do nothing but sleep a millisecond again and again: what no pool can exceed.

Prints how many times a second all of them together have slept.
"""

import sys
import threading
import time


def rate(threads: int, seconds: float) -> float:
    """Sleeps per second."""
    counts = [0] * threads
    ends = time.perf_counter() + seconds

    def sleep(number: int) -> None:
        while time.perf_counter() < ends:
            time.sleep(0.001)
            counts[number] += 1

    own = [threading.Thread(target=sleep, args=(number,)) for number in range(threads)]
    for thread in own:
        thread.start()
    for thread in own:
        thread.join()
    return sum(counts) / seconds


if __name__ == "__main__":
    print(rate(int(sys.argv[1]), float(sys.argv[2])))
