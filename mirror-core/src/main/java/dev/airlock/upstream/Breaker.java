package dev.airlock.upstream;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import okhttp3.Call;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker of one host. A connection that cannot be made opens it at once, repeated
 * silence or failing answers after a while. While it is open, whoever asks is told so without a
 * packet being sent, and whoever waits for an answer stops waiting. Silent and unreachable hosts
 * are probed in the background until they answer; hosts that answer with failures are asked again
 * by whoever comes first after the pause. Safe for several threads.
 */
final class Breaker {
  private static final int MOST_FAILURES = 5;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration LONGEST_ASKED = Duration.ofMinutes(5);

  /** Finds out whether the host is there. */
  @FunctionalInterface
  interface Probe {
    /**
     * Asks it for anything; any answer will do.
     *
     * @throws UpstreamException when there is none
     */
    void ask() throws IOException;
  }

  private final boolean rests;
  private final Probe probe;
  private final Machine machine;
  private final Executor executor;
  private final Set<Call> waiting = new HashSet<>();
  private int failures;
  private Duration pause = Duration.ZERO;
  private @Nullable Rest rest;
  private boolean suspected;

  /**
   * Why, and until when, the host is left alone.
   *
   * @param probed whether a probe ends it, rather than the time
   */
  private record Rest(UpstreamException because, long until, boolean probed) {}

  Breaker(boolean rests, Probe probe, Machine machine, Executor executor) {
    this.rests = rests;
    this.probe = probe;
    this.machine = machine;
    this.executor = executor;
  }

  /**
   * Refuses to ask the host while it is left alone.
   *
   * @throws UpstreamException when it is
   */
  synchronized void require(URI address) throws UpstreamException {
    Rest now = rest;
    if (now != null && isOpen()) {
      throw UpstreamException.resting(address, now.because(), left(now));
    }
  }

  /** Whether the host is left alone. */
  synchronized boolean isOpen() {
    return rest != null && (rest.probed() || rest.until() - machine.nanos().getAsLong() > 0);
  }

  private Duration left(Rest now) {
    Duration left = Duration.ofNanos(now.until() - machine.nanos().getAsLong());
    return left.compareTo(FIRST_PAUSE) < 0 ? FIRST_PAUSE : left;
  }

  /** Counts a request among those that wait for an answer. */
  synchronized void begin(URI address, Call call) throws UpstreamException {
    require(address);
    waiting.add(call);
  }

  /** The request waits no more. */
  synchronized void end(Call call) {
    waiting.remove(call);
  }

  /** Takes note of an answer that is none of a failing host. */
  synchronized void answered() {
    failures = 0;
    pause = Duration.ZERO;
    rest = null;
  }

  /**
   * Takes note of a failure.
   *
   * @return what to tell whoever asked: the failure, or that the host is left alone because of this
   *     or an earlier one
   */
  UpstreamException failed(URI address, UpstreamException failure) {
    if (!rests) {
      return failure;
    }
    List<Call> given = List.of();
    try {
      synchronized (this) {
        if (isOpen()) {
          Rest now = rest;
          return now == null
              ? failure
              : UpstreamException.resting(address, now.because(), left(now));
        }
        boolean opens =
            switch (failure.trouble()) {
              case CONNECTION, DISTRUST -> true;
              case SILENCE, FAILURE -> ++failures >= MOST_FAILURES;
              case BREAK, ABSENCE, NONSENSE, REFUSAL, REST -> false;
            };
        if (!opens) {
          return failure;
        }
        Rest opened = open(failure);
        given = opened.probed() ? List.copyOf(waiting) : List.of();
        return failure.resting(left(opened));
      }
    } finally {
      given.forEach(Call::cancel);
    }
  }

  private Rest open(UpstreamException failure) {
    boolean probed = failure.trouble() != UpstreamException.Trouble.FAILURE;
    pause = next(pause);
    Duration asked = failure.retryAfter();
    Duration due = !probed && !asked.isZero() ? shorter(asked, LONGEST_ASKED) : jittered(pause);
    Rest opened = new Rest(failure, machine.nanos().getAsLong() + due.toNanos(), probed);
    rest = opened;
    if (probed) {
      inBackground(() -> probeUntilAnswered(due));
    }
    return opened;
  }

  private static Duration next(Duration pause) {
    return pause.isZero() ? FIRST_PAUSE : shorter(pause.multipliedBy(2), LONGEST_PAUSE);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** A quarter more or less, so that many clients do not come back in the same moment. */
  private Duration jittered(Duration exact) {
    return exact.multipliedBy(750 + (long) (machine.chance().getAsDouble() * 500)).dividedBy(1000);
  }

  private void inBackground(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException closed) {
      // The client is closed: nobody will ask this host any more.
    }
  }

  private void probeUntilAnswered(Duration first) {
    Duration due = first;
    while (true) {
      try {
        machine.pause().of(due);
      } catch (InterruptedException closed) {
        return;
      }
      synchronized (this) {
        if (rest == null || !rest.probed()) {
          // An answer to an earlier request arrived meanwhile.
          return;
        }
      }
      try {
        probe.ask();
        answered();
        return;
      } catch (IOException stillGone) {
        due = longer(stillGone);
      }
    }
  }

  /** The next pause, which a failed probe makes longer. */
  private synchronized Duration longer(IOException failure) {
    pause = next(pause);
    Duration due = jittered(pause);
    if (rest != null) {
      UpstreamException because =
          failure instanceof UpstreamException latest ? latest : rest.because();
      rest = new Rest(because, machine.nanos().getAsLong() + due.toNanos(), true);
    }
    return due;
  }

  /**
   * Looks after a host that has not answered for suspiciously long, in the background: when no
   * connection to it can be made any more, the breaker opens without waiting for the silence to
   * last.
   */
  void suspect(URI address) {
    synchronized (this) {
      if (!rests || suspected || isOpen()) {
        return;
      }
      suspected = true;
    }
    inBackground(() -> {
      try {
        probe.ask();
      } catch (UpstreamException e) {
        if (e.trouble() == UpstreamException.Trouble.CONNECTION) {
          failed(address, e);
        }
      } catch (IOException closed) {
        // Interrupted: nothing was found out.
      } finally {
        synchronized (this) {
          suspected = false;
        }
      }
    });
  }
}
