"""Takes away what writing needs, while Airlock writes.

    full.py

1. No bytes: a tmpfs is filled up during a sync, and under a server. 2. No inodes: the same with files of no length. 3. Read-only: ext4
aborts in mid-write, as it does after an error of the disk. 4. No descriptors: prlimit lowers what a running server may have, and a sync.
No inodes once more, for a user whose system speaks Korean.

Each time: the sync ends with an error that says what is wrong and what to do; what is held is served with the right bytes,
what is not with 503 and Retry-After; `airlock gc` works and makes room on a disk that has none; with room again the next sync
completes, and nothing that was acknowledged is lost. Ends with 1 where that does not hold.
"""
import contextlib
import errno
import hashlib
import os
import shutil
import socket
import subprocess
import time

import faults
import serving

PART = "full"
TMPFS = 24 << 20
INODES = 800
PACE = 1 << 20
FEW = 40  # descriptors that a sync may have: too few for a JVM and its work
SPARE = 12  # descriptors that a server may still open


class Disk:
    """A file system that can be filled to the last byte or inode, and emptied of that again."""

    def __init__(self, point):
        self.point = point
        self._ballast = os.path.join(point, "ballast")

    def fill_bytes(self):
        """Takes every byte."""
        with open(self._ballast, "ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def fill_inodes(self):
        """Takes every inode."""
        os.makedirs(self._ballast, exist_ok=True)
        number = len(os.listdir(self._ballast))
        while True:
            number += 1
            try:
                with open(os.path.join(self._ballast, "%d" % number), "xb"):
                    pass
            except OSError as full:
                if full.errno == errno.ENOSPC:
                    return
                raise

    def free(self):
        """Bytes and inodes that are free."""
        found = os.statvfs(self.point)
        return found.f_bavail * found.f_frsize, found.f_favail

    def empty(self):
        """Gives all of it back."""
        if os.path.isdir(self._ballast):
            for name in os.listdir(self._ballast):
                os.unlink(os.path.join(self._ballast, name))
            os.rmdir(self._ballast)
        else:
            os.unlink(self._ballast)


class Look:
    """What the parts look at, each with a sentence."""

    def __init__(self, made, facts):
        self.made, self.facts, self.rows = made, facts, []

    def says(self, what, code, expected, said, *words):
        """A command ended as it should, and said some of these words."""
        self.facts.check(code == expected, "%s ends with %d" % (what, expected), "%d: %s" % (code, said[-1500:]))
        self.facts.check(any(word in said for word in words) or not words, "%s says one of %s" % (what, list(words)), said[-1500:])
        self.facts.check("\tat " not in said, "%s prints no stack trace" % what, said[-1500:])

    def hits(self, what, mirror, wheels):
        """What is held is served."""
        for wheel in wheels:
            page = faults.answer(mirror, "/simple/%s/" % wheel.project)[0]
            try:
                path = mirror.path_of(wheel)
            except RuntimeError as wrong:
                self.facts.check(False, "%s: the page of what is held is served" % what, wrong)
                continue
            status, _, body = faults.answer(mirror, path)
            self.facts.check((page, status) == (200, 200) and hashlib.sha256(body).hexdigest() == wheel.sha256,
                             "%s: what is held is served" % what, "%s: page %d, file %d" % (wheel.filename, page, status))

    def misses(self, what, mirror, wheels):
        """What is not held cannot be had now, and the answer says so. Its page can be."""
        for wheel in wheels:
            try:
                path = mirror.path_of(wheel)
            except RuntimeError as wrong:
                self.facts.check(False, "%s: the page of a project that is not held is served" % what, wrong)
                continue
            status, headers, body = faults.answer(mirror, path)
            self.facts.check(status == 503 and headers.get("Retry-After", "").isdigit() and len(body) > 20,
                             "%s: what is not held gets 503, Retry-After, and words" % what,
                             "%s: %d %s %r" % (wheel.filename, status, headers.get("Retry-After"), body[:300]))
            self.rows.append((what + ": a file that is not held", "%d: %s" % (status, self.quoted(body.decode(errors="replace").split("\n")[0]))))

    def sound(self, what, store, torn=False):
        """Nothing is wrong in the store. torn: what was written without waiting for the disk may be, and is mended."""
        found = faults.inspect(store)
        self.facts.check(not found.wrong, "%s: every blob, entry and seal is right" % what, found.wrong[:5])
        self.facts.check(torn or not found.torn, "%s: no document is torn" % what, found.torn[:5])
        if found.torn:
            code, said = self.made.run(store, "repair", *self.made.asking())
            self.says("%s: airlock repair" % what, code, 0, said)
        said = faults.wrong_by_verify(self.made, store)
        self.facts.check(not said, "%s: airlock verify finds nothing" % what, said)
        return found

    def quoted(self, said):
        """What is shown of a sentence, without this run's directory."""
        return said.replace(self.made.work, "").replace("|", "/")[:200]

    def flood(self, what, mirror):
        """The log is not flooded."""
        traces = mirror.narration().count("\tat ")
        self.facts.check(traces < 100, "%s: no flood of stack traces" % what, "%d lines of them: %s" % (traces, mirror.narration()[-1500:]))


def last_line(said):
    """What an error is quoted by in the table."""
    lines = [line for line in said.splitlines() if "error" in line] or said.splitlines() or [""]
    return lines[-1]


def korean(made):
    """A command that starts another one for a user whose system speaks Korean; None where there is no such locale."""
    folder = os.path.join(made.work, "locales")
    os.makedirs(folder)
    made_up = subprocess.run(["localedef", "-i", "ko_KR", "-f", "UTF-8", os.path.join(folder, "ko_KR.UTF-8")],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False) if shutil.which("localedef") else None
    return None if made_up is None or made_up.returncode else ("env", "LOCPATH=" + folder, "LC_ALL=ko_KR.UTF-8")


def exhausted(made, look, name, options, fill, words, starter=()):
    """Bytes or inodes run out, during a sync and then under a server; gc makes room; then all is well. starter: a command that starts Airlock."""
    with faults.mounted(os.path.join(made.work, name.replace(" ", "-")), "mount", "-t", "tmpfs", "-o", options, "tmpfs") as point:
        disk, store = Disk(point), os.path.join(point, "store")
        code, said = made.sync(store, "small", before=starter)
        look.says("%s: a sync with room" % name, code, 0, said)
        made.pace(PACE)
        process = made.start(store, *made.sync_arguments("large"), before=starter, stderr=subprocess.STDOUT)
        parts = os.path.join(store, "partial")
        left = time.monotonic()
        until = left + 60
        while time.monotonic() < until and process.poll() is None and not any(name.endswith(".part") for name in os.listdir(parts)):
            time.sleep(0.01)
        fill(disk)
        said, _ = process.communicate(timeout=300)
        made.pace(0)
        look.says("%s: a sync whose disk fills up" % name, process.returncode, 6, said, *words)
        look.rows.append((name + ": a sync whose disk fills up", "%d: %s" % (process.returncode, look.quoted(last_line(said)))))
        fill(disk)  # what the sync gave back when it ended
        with made.mirror(store, before=starter) as mirror:
            look.hits(name, mirror, made.files_of("small"))
            look.misses(name, mirror, [made.wheels[-1], made.wheels[-2]])
            code, said = made.run(store, "rm", "small", before=starter)
            look.says("%s: airlock rm" % name, code, 0, said)
            before = disk.free()
            code, said = made.run(store, "gc", "--grace", "0", before=starter)
            look.says("%s: airlock gc" % name, code, 0, said)
            code, said = made.run(store, "gc", "--grace", "0", before=starter)
            look.says("%s: airlock gc, once more" % name, code, 0, said)
            after = disk.free()
            look.facts.check(after > before, "%s: gc makes room" % name, "free before %s, after %s" % (before, after))
            look.rows.append((name + ": free (bytes, inodes) before and after rm and gc", "%s, %s" % (before, after)))
            look.flood(name, mirror)
            disk.empty()
            code, said = made.sync(store, "small", before=starter)
            look.says("%s: the next sync with room" % name, code, 0, said)
            look.hits("%s, afterwards" % name, mirror, made.files_of("small"))
            code, said = made.sync(store, "large", before=starter)
            look.says("%s: the sync that had failed, with room" % name, code, 0, said)
            look.hits("%s, afterwards" % name, mirror, made.files_of("large")[:5])
        look.sound(name, store)


def read_only(made, look):
    """The file system becomes read-only in mid-write."""
    name = "read-only"
    image = faults.sparse(os.path.join(made.work, "ro.img"), 256 << 20)
    faults.quietly("mkfs.ext4", "-q", image)
    point = os.path.join(made.work, "ro")
    store = os.path.join(point, "store")
    promised = faults.Acknowledged()
    with faults.mounted(point, "mount", "-o", "loop", image):
        sync = faults.Sync(made, store, "small", promised, os.path.join(made.work, "ro.log"))
        look.facts.check(sync.end() == 0, "read-only: a sync before it", sync.narration())
        with made.mirror(store) as mirror:
            look.hits(name, mirror, made.files_of("small")[:2])
            made.pace(PACE)
            sync = faults.Sync(made, store, "large", promised, os.path.join(made.work, "ro.log"))
            until = time.monotonic() + 60
            while time.monotonic() < until and sync.process.poll() is None and not promised.blobs_before() - promised.before():
                time.sleep(0.01)
            faults.quietly("mount", "-o", "remount,abort", point)
            code, said = sync.end(), sync.narration()
            made.pace(0)
            look.facts.check(code not in (0, -9), "read-only: a sync in mid-write ends with an error", "%d: %s" % (code, said))
            look.facts.check("read-only" in said.lower(), "read-only: the sync says so", said[-1500:])
            look.rows.append(("read-only: a sync in mid-write", "%d: %s" % (code, look.quoted(last_line(said)))))
            look.hits(name, mirror, made.files_of("small"))
            look.misses(name, mirror, [made.wheels[-1]])
            look.flood(name, mirror)
        with made.mirror(store) as mirror:  # hybrid was asked for; on a medium that cannot be written it serves what is held
            look.hits("read-only, a server started on it", mirror, made.files_of("small"))
        code, said = made.run(store, "verify")
        look.says("read-only: airlock verify", code, 0, said)
    # A copy: where another mount namespace still has the disk, it would be mounted as read-only as it is there.
    again = os.path.join(made.work, "ro-again.img")
    faults.quietly("cp", "--sparse=always", image, again)
    with faults.mounted(point, "mount", "-o", "loop", again):
        lost = look.sound("read-only, mounted again", store, torn=True).lost(made, promised)
        look.facts.check(not lost, "read-only: nothing acknowledged is lost", lost[:5])
        code, said = made.sync(store, "large")
        look.says("read-only: the next sync, when it can be written", code, 0, said)
        look.sound("read-only, at the end", store)


def no_descriptors(made, look):
    """There are too few descriptors, for a sync and for a server under load."""
    name = "no descriptors"
    store = os.path.join(made.work, "few")
    code, said = made.sync(store, "small")
    look.says("no descriptors: a sync before it", code, 0, said)
    for few in (FEW, FEW + 12, FEW + 24):
        code, said = made.sync(store, "large", before=("prlimit", "--nofile=%d" % few))
        look.facts.check(code == 0 or "open files" in said or "descriptors" in said, "a sync with %d descriptors completes or says why not" % few,
                         "%d: %s" % (code, said[-1500:]))
        look.rows.append(("%s: a sync with %d" % (name, few), "%d: %s" % (code, look.quoted(last_line(said)))))
        look.sound("a sync with %d descriptors" % few, store)
    held = made.files_of("small")
    with made.mirror(store) as mirror:
        look.hits(name, mirror, held)
        subprocess.run(["prlimit", "--pid", str(mirror.process.pid), "--nofile=%d:" % (mirror.descriptors() + SPARE)], check=True)
        idle, answers = [], {}
        for _ in range(3 * SPARE):
            with contextlib.suppress(OSError):
                idle.append(socket.create_connection(("127.0.0.1", mirror.port), 2))
        for connection in idle:
            connection.settimeout(0.5)
            try:
                connection.sendall(("GET /simple/%s/ HTTP/1.1\r\nHost: mirror\r\n\r\n" % held[0].project).encode())
                status = connection.recv(1 << 16)[9:12].decode() or "closed"
            except OSError:
                status = "no answer"
            answers[status] = answers.get(status, 0) + 1
        look.facts.check(set(answers) <= {"200", "503", "closed", "no answer"}, "no descriptors: 200, 503, or a closed door", answers)
        look.facts.check(mirror.process.poll() is None, "no descriptors: the server lives", mirror.narration()[-1500:])
        look.rows.append(("%s: %d connections to a server that may open %d more" % (name, len(idle), SPARE), str(answers)))
        for connection in idle:
            connection.close()
        # The server notices when it gets to it that they have left.
        page = "/simple/%s/" % held[0].project
        left = time.monotonic()
        until = left + 60
        while faults.answer(mirror, page)[0] == 503 and time.monotonic() < until:
            time.sleep(0.1)
        look.rows.append((name + ": the server answers again", "%.1f s after the clients left" % (time.monotonic() - left)))
        look.hits("no descriptors, when the clients have left", mirror, held)
        look.flood(name, mirror)
        subprocess.run(["prlimit", "--pid", str(mirror.process.pid), "--nofile=1024:"], check=True)
        wheel = made.wheels[-1]
        status, _, body = faults.answer(mirror, mirror.path_of(wheel))
        look.facts.check(status == 200 and len(body) == wheel.size, "with descriptors again, what is not held is fetched", status)
    code, said = made.sync(store, "large")
    look.says("no descriptors: the next sync with enough", code, 0, said)
    look.sound(name, store)


def main():
    """Runs one after the other."""
    faults.need_root(PART)
    faults.need(PART, "mount", "prlimit", "mkfs.ext4")
    facts = serving.Facts()
    began = time.monotonic()
    with faults.world(projects=40, largest=1 << 20) as made:
        made.preset("small", made.wheels[:8])
        made.preset("large", made.wheels[8:32])
        look = Look(made, facts)
        exhausted(made, look, "no bytes", "size=%d" % TMPFS, Disk.fill_bytes, ["no space left", "is left"])
        exhausted(made, look, "no inodes", "size=128m,nr_inodes=%d" % INODES, Disk.fill_inodes, ["no space left", "inodes"])
        starter = korean(made)
        if starter:
            exhausted(made, look, "no inodes in Korean", "size=128m,nr_inodes=%d" % INODES, Disk.fill_inodes, ["no space left"], starter)
        else:
            print("SKIPPED: full: no inodes in Korean, for localedef or its data are not here (on Debian: locales)", flush=True)
        if faults.can_loop(made.work):
            read_only(made, look)
        else:
            print("SKIPPED: full: read-only, for no file can be mounted here (no loop devices?)", flush=True)
        no_descriptors(made, look)
    faults.table("full", [*look.rows, ("took", "%.0f s" % (time.monotonic() - began))])
    facts.end("")


if __name__ == "__main__":
    main()
