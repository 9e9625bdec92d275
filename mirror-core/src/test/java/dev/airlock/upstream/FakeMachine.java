package dev.airlock.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A machine whose clock stands still, whose pauses last until they are ended, and whose name server
 * knows what it is told.
 */
final class FakeMachine {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong step = new AtomicLong();
  private final Semaphore ended = new Semaphore(0);
  private final BlockingQueue<Duration> pauses = new LinkedBlockingQueue<>();
  private final Map<String, InetAddress> names = new ConcurrentHashMap<>();
  private final Queue<String> lookups = new ConcurrentLinkedQueue<>();

  Machine machine() {
    return new Machine(this::lookup, () -> nanos.addAndGet(step.get()), this::pause, () -> 0.5);
  }

  private List<InetAddress> lookup(String name) throws UnknownHostException {
    lookups.add(name);
    InetAddress address = names.get(name);
    if (address == null) {
      throw new UnknownHostException(name + ": Name or service not known");
    }
    return List.of(InetAddress.getByAddress(name, address.getAddress()));
  }

  private void pause(Duration duration) throws InterruptedException {
    pauses.add(duration);
    ended.acquire();
  }

  /** Resolves a name from now on. */
  FakeMachine name(String name, String address) {
    names.put(name, InetAddress.ofLiteral(address));
    return this;
  }

  /** Resolves a name no more. */
  FakeMachine withoutName(String name) {
    names.remove(name);
    return this;
  }

  /** The names that were asked for, in their order. */
  List<String> lookups() {
    return List.copyOf(lookups);
  }

  /** Lets time pass. */
  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** Lets time pass whenever somebody looks at the clock. */
  void passAtEachLook(Duration time) {
    step.set(time.toNanos());
  }

  /** Waits until somebody pauses, and for how long he means to. */
  Duration paused() throws InterruptedException {
    return pauses.take();
  }

  /** Ends a pause. */
  void endPause() {
    ended.release();
  }
}
