package dev.airlock.server.simple;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.airlock.fetch.SingleFlight;
import dev.airlock.index.MediaType;
import dev.airlock.server.http.Handler;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Keeps the pages that a handler made, compressed beside plain. A page is believed for a moment,
 * then it is made again from the catalogue; so a file that a sync enters meanwhile is seen at once,
 * as people count, and many clients of one page cost one reading a moment. Only pages are kept,
 * never errors.
 */
public final class Cached implements Handler {
  /** How long a page is believed. */
  public static final Duration MOMENT = Duration.ofMillis(500);

  private final Handler handler;
  private final Pages pages;

  /** The memory that handlers share. */
  public static final class Pages {
    private final Cache<Key, Page> cache;
    private final SingleFlight<Key, Response> making = new SingleFlight<>();
    private final LongSupplier nanoTime;

    /**
     * A memory of some size.
     *
     * @param bytes about how many bytes it takes at most
     * @param nanoTime the time, as {@link System#nanoTime} has it
     */
    public Pages(long bytes, LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
      this.cache =
          Caffeine.newBuilder()
              .maximumWeight(bytes)
              .weigher((Key key, Page page) -> key.weight() + page.response().weight())
              .executor(Runnable::run)
              .build();
    }
  }

  private record Key(List<String> segments, boolean trailingSlash, Optional<MediaType> form) {
    static Key of(Request request) {
      return new Key(request.segments(), request.trailingSlash(), Negotiation.form(request));
    }

    int weight() {
      return segments.stream().mapToInt(String::length).sum();
    }
  }

  private record Page(Response response, long made) {}

  /** What a handler says, kept. */
  public Cached(Handler handler, Pages pages) {
    this.handler = handler;
    this.pages = pages;
  }

  @Override
  public Optional<Response> ready(Request request) {
    Page page = pages.cache.getIfPresent(Key.of(request));
    return page != null && isFresh(page) ? Optional.of(page.response()) : Optional.empty();
  }

  @Override
  public Response handle(Request request) throws IOException {
    Key key = Key.of(request);
    // One maker a page: the others wait for it, as they would for the disk or the upstream.
    return pages.making.run(key, () -> made(key, request));
  }

  private Response made(Key key, Request request) throws IOException {
    Page known = pages.cache.getIfPresent(key);
    if (known != null && isFresh(known)) {
      return known.response();
    }
    Response made = handler.handle(request);
    if (!made.isPage()) {
      pages.cache.invalidate(key);
      return made;
    }
    Response kept =
        known != null && known.response().hasSameContent(made)
            ? known.response()
            : made.compressed();
    // Believed from now on, not from when it was begun: an upstream may have taken its time.
    pages.cache.put(key, new Page(Answers.repeated(kept), pages.nanoTime.getAsLong()));
    return kept;
  }

  private boolean isFresh(Page page) {
    return pages.nanoTime.getAsLong() - page.made() < MOMENT.toNanos();
  }
}
