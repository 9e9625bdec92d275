"""Very many clients that read 1 KB/s each, and a fast one beside them, through a server with a heap of 256 MB.

    slow.py [--clients 2000] [--seconds 20] [--size 50M] [--fast 256M]

First the slow ones read a file that is held, then one that is just coming from an upstream that is slow itself. Each has to get the
right first bytes all the time; the server may take no more than a handful of threads of the platform for them; when they
leave, the file has to come into the store all the same and no descriptor may stay open. Pages and another file are
fetched by the fast client with and without them. Ends with 1 where something of that does not hold.
"""
import argparse
import contextlib
import hashlib
import heapq
import mmap
import multiprocessing
import resource
import socket
import statistics
import tempfile
import time

import serving

RATE = 1024
PAGES = 500
HANDFUL = 8
RECEIVES = 8 << 10  # what the system takes for a slow client, so that the server has to wait for it soon
UPSTREAM_RATE = 256 << 10


class Dripping:
    """A client that reads 1 KB/s and compares what it gets."""

    def __init__(self, port, path):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVES)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall(("GET %s HTTP/1.1\r\nHost: mirror\r\n\r\n" % path).encode())
        self.socket.setblocking(False)
        self.head = b""
        self.got = 0

    def read(self, content):
        """Reads what is due; says what is wrong, if anything."""
        try:
            step = self.socket.recv(RATE)
        except BlockingIOError:
            return None
        except OSError as wrong:
            return repr(wrong)
        if not step:
            return "the connection was closed after %d bytes" % self.got
        if not self.head.endswith(b"\r\n\r\n"):
            head, blank, step = (self.head + step).partition(b"\r\n\r\n")
            self.head = head + blank
            if blank and not head.startswith(b"HTTP/1.1 200 "):
                return head.decode(errors="replace")
        if step != content[self.got:self.got + len(step)]:
            return "other bytes after %d" % self.got
        self.got += len(step)
        return None


def drip(port, path, file, count, ready, over, results):
    """The process of the slow clients: (the bytes of each, what was wrong, the seconds it lasted)."""
    clients, wrong, began = [], [], time.monotonic()
    try:
        with open(file, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            clients += [Dripping(port, path) for _ in range(count)]
            began = time.monotonic()
            due = [(began + number / count, number) for number in range(count)]
            while due and not over.is_set():
                when, number = due[0]
                time.sleep(min(0.1, max(0.0, when - time.monotonic())))
                if time.monotonic() < when:
                    continue
                trouble = clients[number].read(content)
                if trouble:
                    wrong.append(trouble)
                    heapq.heappop(due)
                else:
                    heapq.heapreplace(due, (when + 1, number))
                if when > began + 2:
                    ready.set()
    except OSError as failed:
        wrong.append("client %d: %r" % (len(clients), failed))
    finally:
        ready.set()
        results.put(([each.got for each in clients], wrong, time.monotonic() - began))
        for each in clients:
            each.socket.close()


@contextlib.contextmanager
def dripping(mirror, wheel, count):
    """Has slow clients read while the context lasts; gives a function that ends them and says how they fared."""
    apart = multiprocessing.get_context("spawn")
    ready, over, results = apart.Event(), apart.Event(), apart.Queue()
    process = apart.Process(target=drip, args=(mirror.port, mirror.path_of(wheel), wheel.path, count, ready, over, results),
                           daemon=True)
    process.start()

    def end():
        over.set()
        found = results.get()
        process.join()
        return found

    try:
        ready.wait()
        yield end
    finally:
        over.set()
        process.join(20)


def whole(mirror, wheel):
    """Reads a file as fast as it goes and is hashed: its digest, and the seconds."""
    path, buffer, digest = mirror.path_of(wheel), memoryview(bytearray(serving.STEP)), hashlib.sha256()
    with contextlib.closing(mirror.connect()) as connection:
        began = time.monotonic()
        connection.request("GET", path)
        response = connection.getresponse()
        for read in iter(lambda: response.readinto(buffer), 0):
            digest.update(buffer[:read])
        return digest.hexdigest(), time.monotonic() - began


def fast(mirror, page_of, wheel, facts):
    """What the fast client sees: pages, then a whole held file three times. Milliseconds at p50 and p99, and MB/s."""
    times = []
    with contextlib.closing(mirror.connect()) as connection:
        for _ in range(PAGES):
            began = time.monotonic()
            connection.request("GET", "/simple/%s/" % page_of.project)
            response = connection.getresponse()
            body = response.read()
            times.append((time.monotonic() - began) * 1000)
            if response.status != 200 or page_of.filename.encode() not in body:
                facts.check(False, "the fast client gets its pages", "%d %r" % (response.status, body[:200]))
                break
    ends = [whole(mirror, wheel) for _ in range(3)]
    facts.check({digest for digest, _ in ends} == {wheel.sha256}, "the fast client gets the right bytes", ends)
    times.sort()
    return times[len(times) // 2], times[len(times) * 99 // 100], statistics.median(wheel.size / took for _, took in ends) / (1 << 20)


def tell(kind, seen, mirror, threads):
    """One line about what the fast client saw, and what the server took then."""
    print("%-28s pages p50 %5.2f ms, p99 %5.2f ms; a file at %4.0f MB/s; %d threads at most, %d descriptors, %d MB resident"
          % ((kind,) + seen + (threads, mirror.descriptors(), mirror.resident(peak=False))), flush=True)


def phase(kind, mirror, wheel, page_of, big, options, before, facts):
    """Slow clients of one file, and a fast one beside them."""
    with dripping(mirror, wheel, options.clients) as end:
        began, spent = time.monotonic(), mirror.processor()
        time.sleep(options.seconds / 2)
        processor = 100 * (mirror.processor() - spent) / (time.monotonic() - began)
        seen = fast(mirror, page_of, big, facts)
        threads = mirror.peak_threads()
        tell(kind, seen, mirror, threads)
        time.sleep(max(0.0, began + options.seconds - time.monotonic()))
        got, wrong, lasted = end()
    least = int(lasted / 2) * RATE
    print("%-28s %d to %d bytes each in %.0f s; without the fast one %.0f %% of a processor"
          % ("", min(got, default=0), max(got, default=0), lasted, processor), flush=True)
    facts.check(not wrong, "every slow client gets the right bytes", "%d did not: %s" % (len(wrong), wrong[:3]))
    facts.check(len(got) == options.clients and min(got) >= least, "every slow client gets at least %d bytes" % least,
                "%d clients, the least %d" % (len(got), min(got, default=0)))
    facts.check(threads <= before[0] + HANDFUL, "slow clients hold no thread of the platform",
                "%d threads, %d without them" % (threads, before[0]))
    facts.check(seen[1] < 1000, "the fast client is not stopped", "%.0f ms for a page at p99" % seen[1])


def main():
    """Runs both parts once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=20, help="how long each part lasts")
    parser.add_argument("--size", type=serving.size_of, default="50M", help="of the file that is read slowly")
    parser.add_argument("--fast", type=serving.size_of, default="256M", help="of the file of the fast client")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = 3 * options.clients + 200
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit("%d clients take %d descriptors, and the limit is %d: raise it (ulimit -Hn), or give --clients"
                         % (options.clients, wanted, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    serving.build_airlock()
    facts = serving.Facts()
    with tempfile.TemporaryDirectory(prefix="airlock-slow-") as work:
        held, flying = serving.Wheel(work, "held", options.size), serving.Wheel(work, "flying", options.size)
        big = serving.Wheel(work, "fast", options.fast)
        with serving.Upstream([held, flying, big]) as upstream, serving.Mirror(work, upstream) as mirror:
            for wheel in (held, big):
                facts.check(whole(mirror, wheel)[0] == wheel.sha256, "a file comes through the mirror", wheel.filename)
            fast(mirror, held, big, facts)  # to warm up
            mirror.peak_threads()
            seen = fast(mirror, held, big, facts)
            before = (mirror.peak_threads(), mirror.descriptors())
            tell("without slow clients", seen, mirror, before[0])

            phase("%d, of a held file" % options.clients, mirror, held, held, big, options, before, facts)
            left = mirror.settled_descriptors(before[1] + HANDFUL)
            facts.check(left <= before[1] + HANDFUL, "no descriptor stays open", "%d, and %d before" % (left, before[1]))

            upstream.pace[flying.filename] = UPSTREAM_RATE
            phase("%d, of a file in flight" % options.clients, mirror, flying, held, big, options, before, facts)
            facts.check(not mirror.holds(flying), "the file was in flight all the time", "it is held")
            del upstream.pace[flying.filename]
            facts.check(whole(mirror, flying)[0] == flying.sha256, "the file comes to its end when they leave", "other bytes")
            facts.check(mirror.holds(flying), "the store holds the file", "no such blob")
            left = mirror.settled_descriptors(before[1] + HANDFUL)
            facts.check(left <= before[1] + HANDFUL, "no descriptor stays open", "%d, and %d before" % (left, before[1]))
            for wheel in (held, flying, big):
                gets = upstream.requests_for(wheel)
                facts.check(gets == [("GET", None)], "the upstream is asked for %s once" % wheel.filename, gets)
            tell("afterwards", fast(mirror, held, big, facts), mirror, mirror.peak_threads())
            print("%d MB resident at most" % mirror.resident())
            narration = mirror.narration()
    facts.end(narration)


if __name__ == "__main__":
    main()
