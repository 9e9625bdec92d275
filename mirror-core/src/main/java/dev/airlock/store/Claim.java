package dev.airlock.store;

import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.Trees;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run that is under way needs, for collectors in any process: a file {@code
 * partial/claims/MILLIS-8HEX} with the digest of a file of the store in each line. It counts as
 * long as somebody touches it. It saves work and is not needed to be right, so nothing fails where
 * it cannot be written. Safe for several threads.
 */
public final class Claim implements Closeable {
  /** Whoever did not touch a claim for so long was killed. Clocks may differ by as much. */
  static final Duration DEAD = Duration.ofMinutes(15);

  private static final Duration BEAT = Duration.ofMinutes(1);
  private static final Pattern NAME = Pattern.compile("[0-9]{1,18}-[0-9a-f]{8}");
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  private final Path file;
  private final InstantSource clock;
  private final boolean isWritten;
  private final Set<Sha256> claimed = new LinkedHashSet<>();
  private final Set<Sha256> unwritten = new LinkedHashSet<>();
  private @Nullable ScheduledExecutorService beats;
  private boolean closed;

  /**
   * A claim to nothing so far. There is a file when something is claimed.
   *
   * @param isWritten whether anything may be written
   */
  Claim(Path root, InstantSource clock, boolean isWritten) {
    this.file =
        folder(root)
            .resolve("%d-%08x".formatted(clock.millis(), ThreadLocalRandom.current().nextInt()));
    this.clock = clock;
    this.isWritten = isWritten;
  }

  private static Path folder(Path root) {
    return root.resolve("partial").resolve("claims");
  }

  /** Claims the file of a digest, be it held already or about to be. */
  public synchronized void add(Sha256 digest) {
    if (isWritten && claimed.add(digest)) {
      unwritten.add(digest);
      beat();
      if (beats == null && !closed) {
        beats =
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("airlock-claim").daemon().factory());
        var _ =
            beats.scheduleWithFixedDelay(
                this::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Says that the run goes on, and writes what is not written yet. */
  synchronized void beat() {
    if (closed || claimed.isEmpty()) {
      return;
    }
    try {
      if (!Files.exists(file)) {
        // Who took it for dead may have deleted it: this machine slept.
        unwritten.addAll(claimed);
        DurableFiles.createDirectories(Objects.requireNonNull(file.getParent()));
      }
      String lines =
          unwritten.stream().map(each -> each.hex() + "\n").collect(Collectors.joining());
      Files.writeString(
          file,
          lines,
          StandardCharsets.US_ASCII,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      unwritten.clear();
    } catch (IOException cannotBeWritten) {
      log(cannotBeWritten);
    }
  }

  /** Gives everything up. */
  @Override
  public synchronized void close() {
    closed = true;
    if (beats != null) {
      beats.shutdownNow();
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException cannotBeWritten) {
      log(cannotBeWritten);
    }
  }

  private static void log(IOException e) {
    System.getLogger(Claim.class.getName()).log(Level.DEBUG, "a claim cannot be kept up", e);
  }

  // --- for collectors

  /** What the runs claim that are under way. What cannot be read claims nothing. */
  static Set<Sha256> living(Path root, Instant now) throws IOException {
    Set<Sha256> digests = new HashSet<>();
    for (Path claim : Trees.children(folder(root))) {
      try {
        if (isClaim(claim) && !isDead(claim, now)) {
          // The last line may be half written.
          Files.readAllLines(claim, StandardCharsets.ISO_8859_1).stream()
              .filter(line -> HEX.matcher(line).matches())
              .forEach(line -> digests.add(new Sha256(line)));
        }
      } catch (IOException goneOrUnreadable) {
        log(goneOrUnreadable);
      }
    }
    return digests;
  }

  /**
   * The claims of runs that were killed.
   *
   * @param deletes whether they are deleted
   * @return the size in bytes of each
   */
  static List<Long> dead(Path root, Instant now, boolean deletes) throws IOException {
    var sizes = new ArrayList<Long>();
    for (Path claim : Trees.children(folder(root))) {
      try {
        if (isClaim(claim) && isDead(claim, now)) {
          sizes.add(Files.size(claim));
          if (deletes) {
            Files.deleteIfExists(claim);
          }
        }
      } catch (NoSuchFileException ended) {
        // its run came to its end
      }
    }
    return sizes;
  }

  private static boolean isClaim(Path file) {
    return NAME.matcher(String.valueOf(file.getFileName())).matches();
  }

  /** A time that is as far in the future is that of a wrong clock, and would never become old. */
  private static boolean isDead(Path claim, Instant now) throws IOException {
    Instant touched = Files.getLastModifiedTime(claim).toInstant();
    return Duration.between(touched, now).abs().compareTo(DEAD) > 0;
  }
}
