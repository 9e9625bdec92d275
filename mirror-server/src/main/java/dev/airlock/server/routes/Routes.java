package dev.airlock.server.routes;

import dev.airlock.program.Build;
import dev.airlock.server.http.Handler;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.simple.Cached;
import dev.airlock.server.simple.FilePages;
import dev.airlock.server.simple.FrontPage;
import dev.airlock.server.simple.IndexPages;
import dev.airlock.server.simple.MergedPages;
import dev.airlock.server.simple.Missed;
import dev.airlock.server.simple.PresetPages;
import dev.airlock.server.simple.TorchPages;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** All addresses of the mirror. The first route that matches answers. */
public final class Routes implements Handler {
  private static final Logger LOG = System.getLogger(Routes.class.getName());

  private final List<Route> routes;
  private final String ownUserAgent;
  private final AtomicBoolean toldOfLoop = new AtomicBoolean();

  private Routes(List<Route> routes, String ownUserAgent) {
    this.routes = routes;
    this.ownUserAgent = ownUserAgent;
  }

  /**
   * The routes of a mirror, in order.
   *
   * @param ownUserAgent what the mirror calls itself upstream, so that it knows when it asks itself
   */
  public static Routes of(
      Mirror mirror, Missed missed, Build build, String ownUserAgent, Cached.Pages cache) {
    var front = new FrontPage(mirror, build);
    var presets = new PresetPages(mirror, missed);
    var indexes = new IndexPages(mirror, missed);
    var merged = new MergedPages(mirror, indexes, missed);
    var files = new FilePages(mirror, missed);
    var torch = new TorchPages(mirror, indexes, merged, files);
    return new Routes(
        List.of(
            Route.of("/", front::page),
            Route.of("/health", front::health),
            Route.of("/ready", front::ready),
            Route.of("/api/wants", new Cached(missed::list, cache)),
            Route.of("/files/{index}/{project}/{sha256}/{filename}", files::file),
            Route.of("/files/{index}/{project}/{filename}", files::fileOfUnknownDigest),
            Route.of("/preset/{preset}/simple/", new Cached(presets::projects, cache)),
            Route.of("/preset/{preset}/simple/{project}/", new Cached(presets::project, cache)),
            Route.of("/preset/{preset}/find-links/", new Cached(presets::findLinks, cache)),
            Route.of("/preset/{preset}/constraints.txt", new Cached(presets::constraints, cache)),
            Route.of("/preset/{preset}/requirements.txt", new Cached(presets::requirements, cache)),
            Route.of("/preset/{preset}/pylock.toml", presets::lock),
            Route.of("/simple/", new Cached(merged::projects, cache)),
            Route.of("/simple/{project}/", new Cached(merged::project, cache)),
            Route.of("/index/{index}/simple/", new Cached(indexes::projects, cache)),
            Route.of("/index/{index}/simple/{project}/", new Cached(indexes::project, cache)),
            Route.of("/whl/**", new Cached(torch::any, cache))),
        ownUserAgent);
  }

  @Override
  public Optional<Response> ready(Request request) {
    if (request.header("user-agent").filter(ownUserAgent::equals).isPresent()) {
      return Optional.of(loop());
    }
    return matching(request)
        .filter(route -> !lacksSlash(route, request))
        .flatMap(route -> route.handler().ready(request));
  }

  @Override
  public Response handle(Request request) throws IOException {
    Optional<Route> route = matching(request);
    if (route.isEmpty()) {
      return Response.notFound(
          "there is nothing at this address. A pip index is at /preset/PRESET/simple/, /simple/,"
              + " /index/INDEX/simple/ or /whl/VARIANT/; the page at / lists the presets");
    }
    return lacksSlash(route.get(), request)
        ? Response.movedToDirectory(request)
        : route.get().handler().handle(request);
  }

  @Override
  public Optional<String> route(Request request) {
    return matching(request).map(Route::path);
  }

  /** Without this, a page would wait for itself. */
  private Response loop() {
    if (toldOfLoop.compareAndSet(false, true)) {
      LOG.log(
          Level.ERROR,
          "this mirror is its own upstream: pip's configuration, --index or airlock.json names it"
              + " as an index. Name the real one with --index NAME=ADDRESS, or pass"
              + " --no-pip-config");
    }
    return Response.misdirected("this mirror asked itself: its log says what to do");
  }

  private Optional<Route> matching(Request request) {
    return routes.stream().filter(route -> route.matches(request.segments())).findFirst();
  }

  private static boolean lacksSlash(Route route, Request request) {
    return route.directory() && !request.trailingSlash();
  }
}
