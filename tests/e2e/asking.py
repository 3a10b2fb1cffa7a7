"""Ask a service again and again, at a fixed pace, and print what came of each request.

Arguments: requests a second, then URLs, which are asked in turn. Nothing is asked twice, and a request has one second.
Each line of output has the time at which a request began, its URL, and `ok` or why it failed. It ends when its
standard input closes.
"""

import sys
import threading
import time
import urllib.request
from itertools import cycle

PACE, URLS = float(sys.argv[1]), sys.argv[2:]
SAID = threading.Lock()


def ask(url: str) -> None:
    began, came = time.time(), "ok"
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - the test's own service
            answer.read()
    except OSError as error:
        came = f"{error}".replace("\n", " ")
    with SAID:
        sys.stdout.write(f"{began:.3f} {url} {came}\n")
        sys.stdout.flush()


def main() -> None:
    over = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=listen, daemon=True).start()
    due, threads = time.monotonic(), []
    for url in cycle(URLS):
        if over.wait(max(0.0, due - time.monotonic())):
            break
        threads.append(threading.Thread(target=ask, args=(url,)))
        threads[-1].start()
        threads = [each for each in threads if each.is_alive()]
        due += 1 / PACE
    for each in threads:
        each.join()


if __name__ == "__main__":
    main()
