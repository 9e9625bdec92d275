package dev.airlock.server.pullthrough;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPage;
import dev.airlock.catalog.IndexKey;
import dev.airlock.fetch.FetchedPage;
import dev.airlock.fetch.Fetcher;
import dev.airlock.fetch.SingleFlight;
import dev.airlock.files.NoSpaceException;
import dev.airlock.files.ReadOnlyException;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.store.Blob;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.UpstreamException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * What a mirror asks of upstreams: pages, once for all who ask at a time and no oftener than they
 * grow old; metadata; and files, each in one download. Virtual threads wait for them.
 */
public final class Upstreams implements Closeable {
  /** How long it is believed that a project does not exist. */
  private static final Duration ABSENCE = Duration.ofSeconds(30);

  /** How long it is believed that a host answers range requests, or that it does not. */
  private static final Duration RANGES = Duration.ofHours(1);

  /** How long somebody waits for a page of which an older one is held. */
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  /** How long an index that was slower than that is waited for no more. */
  private static final Duration SLOW = Duration.ofSeconds(20);

  /** How long somebody waits for what is not held: less than pip, which gives up after 15 s. */
  static final Duration LONGEST = Duration.ofSeconds(12);

  /** How long a host is not asked again whether it answers ranges, after it did not say. */
  private static final Duration UNCERTAINTY = Duration.ofSeconds(15);

  /** How long a page waits to learn whether its files can be had in parts. */
  private static final Duration MOMENT = Duration.ofSeconds(2);

  /** How long nobody is told again that pages cannot be kept. */
  private static final Duration TOLD = Duration.ofMinutes(10);

  private static final Logger LOG = System.getLogger(Upstreams.class.getName());

  private final Catalog catalog;
  private final Fetcher fetcher;
  private final FileAccess access;
  private final Places places;
  private final List<RoutedIndex> beside;
  private final Duration freshness;
  private final InstantSource clock;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final SingleFlight<String, Fresh> pages = new SingleFlight<>();
  private final SingleFlight<String, Boolean> probes = new SingleFlight<>();
  private final SingleFlight<String, Optional<Blob>> metadata = new SingleFlight<>();
  private final ConcurrentMap<RoutedIndex, IndexSource> sources = new ConcurrentHashMap<>();
  private final Cache<String, Fresh.None> absent;
  private final Cache<String, String> told;
  private final Cache<String, Boolean> ranges;
  private final Cache<String, Boolean> unsure;
  private final Cache<String, Boolean> slow;

  /** Where files are whose metadata cannot be had without them. */
  private final Cache<String, String> without;

  /** The place that stands for an index on this machine. */
  @FunctionalInterface
  public interface Places {
    /**
     * Makes it.
     *
     * @param isDefault whether it is the index of all projects that no other one claims
     */
    IndexSource of(RoutedIndex index, boolean isDefault) throws IOException;
  }

  /** What an upstream said of a page. */
  sealed interface Fresh {
    /** It is this. */
    record Page(HeldPage page) implements Fresh {}

    /** There is none; where that is not certain, the answer may be a refusal. */
    record None(String reason, boolean certain) implements Fresh {}
  }

  /** What is known of a page. */
  sealed interface Known {
    /** It is this. */
    record Page(HeldPage page, Source source) implements Known {}

    /** There is none; where that is not certain, the answer may be a refusal. */
    record None(String reason, boolean certain) implements Known {}

    /** Its upstream has not said so far; it may be there all the same. */
    record Late(Optional<HeldPage> older, Trouble trouble) implements Known {}

    /** Its upstream cannot say. */
    record Unknown(Optional<HeldPage> older, Trouble trouble) implements Known {}
  }

  /**
   * The upstreams of a mirror.
   *
   * @param beside indexes of this machine that are searched for what nobody claims, beside those of
   *     presets
   * @param freshness how long a page is believed without asking again
   * @param nanoTime the time by which short memories fade, as {@link System#nanoTime} has it
   */
  public Upstreams(
      Catalog catalog,
      Fetcher fetcher,
      FileAccess access,
      Places places,
      List<RoutedIndex> beside,
      Duration freshness,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.catalog = catalog;
    this.fetcher = fetcher;
    this.access = access;
    this.places = places;
    this.beside = List.copyOf(beside);
    this.freshness = freshness;
    this.clock = clock;
    this.absent = memory(ABSENCE, nanoTime);
    this.told = memory(TOLD, nanoTime);
    this.ranges = memory(RANGES, nanoTime);
    this.without = memory(RANGES, nanoTime);
    this.unsure = memory(UNCERTAINTY, nanoTime);
    this.slow = memory(SLOW, nanoTime);
  }

  static <V> Cache<String, V> memory(Duration duration, LongSupplier nanoTime) {
    return Caffeine.newBuilder()
        .maximumSize(10_000)
        .expireAfterWrite(duration)
        .ticker(nanoTime::getAsLong)
        .executor(Runnable::run)
        .build();
  }

  /** Indexes of this machine that are searched beside those of presets. */
  List<RoutedIndex> beside() {
    return beside;
  }

  /** Makes an index one that may be asked. */
  void know(RoutedIndex index, boolean isDefault) throws IOException {
    if (!sources.containsKey(index)) {
      sources.putIfAbsent(index, places.of(index, isDefault));
    }
  }

  private IndexSource place(RoutedIndex index) {
    return Objects.requireNonNull(sources.get(index), "an index that was not made known");
  }

  // --- pages

  /**
   * The page of a project.
   *
   * @param confirmed whether only a page will do that the upstream confirms now
   */
  Known page(RoutedIndex index, ProjectName project, boolean confirmed) throws IOException {
    IndexKey key = index.key();
    String id = key + "/" + project;
    Optional<HeldPage> held = catalog.page(key, project);
    if (!confirmed && held.filter(this::isFresh).isPresent()) {
      return new Known.Page(held.get(), Source.STORE);
    }
    Duration atMost =
        held.isEmpty() || confirmed
            ? LONGEST
            : slow.getIfPresent(key.value()) == null ? PATIENCE : Duration.ZERO;
    Fresh.None known = absent.getIfPresent(id);
    if (!confirmed && known != null) {
      return new Known.None(known.reason(), known.certain());
    }
    try {
      return switch (pages.run(id, () -> fetched(index, project), executor, atMost)) {
        case Fresh.Page(HeldPage page) -> new Known.Page(page, Source.UPSTREAM);
        case Fresh.None none -> {
          absent.put(id, none);
          yield new Known.None(none.reason(), none.certain());
        }
      };
    } catch (TimeoutException late) {
      slow.put(key.value(), true);
      Duration waited = atMost.isZero() ? PATIENCE : atMost;
      return new Known.Late(
          held,
          new Trouble(
              index.declared() + " has not answered within " + waited.toSeconds() + " s",
              true,
              PATIENCE));
    } catch (InterruptedIOException stopped) {
      throw stopped;
    } catch (IOException e) {
      return new Known.Unknown(held, Trouble.of(e));
    }
  }

  private boolean isFresh(HeldPage page) {
    Instant now = clock.instant();
    // A page from the future was read by a wrong clock.
    return !page.read().isAfter(now) && page.read().plus(believed(page)).isAfter(now);
  }

  /** A page without files says that there is nothing, or is not the index's at all. */
  private Duration believed(HeldPage page) {
    return page.page().files().isEmpty() && ABSENCE.compareTo(freshness) < 0 ? ABSENCE : freshness;
  }

  private Fresh fetched(RoutedIndex index, ProjectName project) throws IOException {
    IndexKey key = registered(index);
    FetchedPage fetched = fetcher.page(key, place(index), project);
    slow.invalidate(key.value());
    return switch (fetched) {
      case FetchedPage.Found(HeldPage page, Optional<IOException> unkept) -> {
        unkept.ifPresent(this::tell);
        yield new Fresh.Page(page);
      }
      case FetchedPage.Missing(String reason, boolean certain) -> new Fresh.None(reason, certain);
    };
  }

  private IndexKey registered(RoutedIndex index) throws IOException {
    try {
      return catalog.register(index.declared());
    } catch (NoSpaceException | ReadOnlyException cannotBeKept) {
      tell(cannotBeKept);
      return index.key();
    }
  }

  /** Says, now and then, that pages are passed on without being kept. */
  private void tell(IOException unkept) {
    String reason = String.valueOf(unkept.getMessage());
    String kind = unkept.getClass().getSimpleName();
    if (told.asMap().putIfAbsent(kind, reason) == null) {
      LOG.log(Level.WARNING, "pages are passed on and not kept: " + reason);
    }
  }

  // --- files

  /** Whether a file can be asked for now. */
  boolean canReach(IndexFile file) {
    return access.canReach(file.url());
  }

  /** The size of a file as its index states it, or else as its host does. */
  OptionalLong size(IndexFile file) {
    try {
      return file.size().isPresent() ? file.size() : access.size(file.url());
    } catch (IOException unknown) {
      return OptionalLong.empty();
    }
  }

  /** Begins to bring a file into the store, or joins whoever does. Does not wait. */
  Fetcher.Started begin(IndexKey key, IndexFile file) {
    return fetcher.begin(key, file, executor);
  }

  // --- metadata

  /** Whether the host of a file sends parts of files, for which one byte is asked of it, once. */
  boolean offersRanges(IndexFile file) {
    String host = String.valueOf(file.url().getRawAuthority());
    Boolean known = ranges.getIfPresent(host);
    if (known != null || unsure.getIfPresent(host) != null) {
      return known != null && known;
    }
    try {
      boolean found = probes.run(host, () -> access.answersRanges(file.url()), executor, MOMENT);
      ranges.put(host, found);
      return found;
    } catch (IOException | TimeoutException cannotTellNow) {
      unsure.put(host, true);
      return false;
    }
  }

  /** Whether it was found out that the metadata of a file cannot be had without the file. */
  boolean hasNoMetadata(IndexKey key, IndexFile file) {
    return file.url().toString().equals(without.getIfPresent(key + "/" + file.name().text()));
  }

  /** The core metadata of a wheel, brought into the store without the wheel. */
  Optional<Blob> metadata(IndexKey key, IndexFile file) throws IOException {
    String id = key + "/" + file.name().text();
    try {
      Optional<Blob> found =
          metadata.run(id, () -> fetcher.metadataAlone(key, file), executor, LONGEST);
      if (found.isEmpty()) {
        without.put(id, file.url().toString());
      }
      return found;
    } catch (MalformedArchiveException damaged) {
      without.put(id, file.url().toString());
      throw damaged;
    } catch (TimeoutException late) {
      throw UpstreamException.unreachable(
          file.url(),
          new IOException("its metadata has not come within " + LONGEST.toSeconds() + " s"));
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
