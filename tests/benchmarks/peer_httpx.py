"""The peer of the webhooks: a bare httpx loop in threads. `python -m tests.benchmarks.peer_httpx`.

One client with its pool of connections for all threads, as its documentation advises; no signature, no check of the
address, nothing written down. Takes orders ``{"url", "bodies": file, "threads"}`` and answers how many were accepted.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx


def main() -> None:
    """This will take orders from standard input until it ends."""
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        url, bodies = order["url"], Path(order["bodies"]).read_text().splitlines()
        with httpx.Client(timeout=12) as client, ThreadPoolExecutor(order["threads"]) as pool:

            def post(body: str) -> bool:
                headers = {"Content-Type": "application/json"}
                return client.post(url, content=body.encode(), headers=headers).is_success  # noqa: B023

            print(json.dumps(sum(pool.map(post, bodies))), flush=True)


if __name__ == "__main__":
    main()
