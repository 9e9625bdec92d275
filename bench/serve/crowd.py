"""Many clients pull one big file at once that the mirror does not hold, through a server with a heap of 256 MB.

    crowd.py [--clients 50] [--size 1G]

Each client reads the whole file and hashes it. The upstream may be asked for it once, every client has to get the right
bytes, and the store has to have it then. Ends with 1 where that does not hold.
"""
import argparse
import contextlib
import hashlib
import multiprocessing
import socket
import tempfile
import threading
import time

import serving

PROCESSES = 4
MOST = 1 << 18
SPARE = 8  # descriptors of connections to the upstream that are kept, and of classes that are loaded late


def pull(port, path, digest, start, results):
    """One client: the seconds it took since the start, or what went wrong."""
    try:
        with socket.create_connection(("127.0.0.1", port), 600) as connection:
            start.wait()
            began = time.monotonic()
            connection.sendall(("GET %s HTTP/1.1\r\nHost: mirror\r\nConnection: close\r\n\r\n" % path).encode())
            buffer, got = memoryview(bytearray(MOST)), b""
            while b"\r\n\r\n" not in got:
                read = connection.recv_into(buffer)
                if not read:
                    raise EOFError("no answer")
                got += buffer[:read]
            head, _, body = got.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(got[:500].decode(errors="replace"))
            found = hashlib.sha256(body)
            for read in iter(lambda: connection.recv_into(buffer), 0):
                found.update(buffer[:read])
            if found.hexdigest() != digest:
                raise RuntimeError("other bytes: %s" % found.hexdigest())
            results.put((time.monotonic() - began, None))
    except (OSError, EOFError, RuntimeError) as wrong:
        results.put((0, repr(wrong)))


def pull_many(count, *how):
    """A process of clients, each in a thread: hashing lets others run."""
    threads = [threading.Thread(target=pull, args=how) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def main():
    """Runs the crowd once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--size", type=serving.size_of, default="1G")
    options = parser.parse_args()
    serving.build_airlock()
    facts = serving.Facts()
    apart = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="airlock-crowd-") as work:
        wheel = serving.Wheel(work, "crowd", options.size)
        with serving.Upstream([wheel]) as upstream, serving.Mirror(work, upstream) as mirror:
            path = mirror.path_of(wheel)
            before = (mirror.resident(), mirror.peak_threads(), mirror.descriptors())
            start, results = apart.Barrier(options.clients + 1, timeout=60), apart.Queue()
            shares = [len(range(number, options.clients, PROCESSES)) for number in range(PROCESSES)]
            processes = [apart.Process(target=pull_many, args=(share, mirror.port, path, wheel.sha256, start, results),
                                       daemon=True)
                         for share in shares if share]
            for each in processes:
                each.start()
            with contextlib.suppress(threading.BrokenBarrierError):  # a client did not come so far; it says why
                start.wait()
            ends = [results.get() for _ in range(options.clients)]
            for each in processes:
                each.join()
            last = max(took for took, _ in ends)
            wrong = [why for _, why in ends if why]
            gets = upstream.requests_for(wheel)
            threads, descriptors = mirror.peak_threads(), mirror.settled_descriptors(before[2] + SPARE)
            print("%d clients, %d MB each: the last one had it after %.1f s; %.0f MB/s in all"
                  % (options.clients, wheel.size >> 20, last, options.clients * (wheel.size >> 20) / max(last, 0.001)))
            print("the server: %d MB resident at most (%d before), %d threads at most (%d before), "
                  "%d descriptors afterwards (%d before), %.1f s of processor; answers by source: %s"
                  % (mirror.resident(), before[0], threads, before[1], descriptors, before[2], mirror.processor(),
                     mirror.sources(wheel)))
            facts.check(gets == [("GET", None)], "the upstream is asked for the file once", gets)
            facts.check(not wrong, "every client gets the right bytes", "%d did not: %s" % (len(wrong), wrong[:3]))
            facts.check(mirror.holds(wheel), "the store holds the file", "no such blob")
            facts.check(descriptors <= before[2] + SPARE, "no descriptor stays open",
                        "%d, and %d before" % (descriptors, before[2]))
            narration = mirror.narration()
    facts.end(narration)


if __name__ == "__main__":
    main()
