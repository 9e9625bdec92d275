package dev.airlock.server.simple;

import dev.airlock.program.Build;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Mirror;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** What the mirror says of itself: a page for people, and a line for probes. */
public final class FrontPage {
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Mirror mirror;
  private final Build build;

  /** The front page of a mirror. */
  public FrontPage(Mirror mirror, Build build) {
    this.mirror = mirror;
    this.build = build;
  }

  /** {@code /}: the presets held, and how to install from them. */
  public Response page(Request request) throws IOException {
    var presets = new StringBuilder();
    for (String preset : mirror.presets()) {
      presets.append("<h2>").append(Html.escape(preset)).append("</h2>\n<pre>");
      presets.append(Html.escape(pip(URI.create(request.ownRoot()), preset))).append("</pre>\n");
    }
    List<String> unsynced = mirror.unsyncedPresets();
    if (!unsynced.isEmpty()) {
      presets
          .append("<p>Never synced, fetched as they are asked for: ")
          .append(Html.escape(String.join(", ", unsynced)))
          .append("</p>\n");
    }
    if (presets.isEmpty()) {
      presets.append("<p>No preset is held yet: run <code>airlock sync PRESET</code>.</p>\n");
    }
    String page =
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Airlock</title>
        </head>
        <body>
        <h1>Airlock</h1>
        <p>A mirror of Python packages, version %s, %s. All that is held: <a href="simple/">simple/</a></p>
        %s</body>
        </html>
        """
            .formatted(Html.escape(build.version()), mirror.mode(), presets);
    return Response.page(Html.TYPE, page.getBytes(StandardCharsets.UTF_8))
        .with("Content-Security-Policy", "default-src 'none'");
  }

  /** {@code /health}: that it answers. */
  public Response health(Request request) {
    String json =
        "{\"status\":\"ok\",\"mode\":\"%s\",\"version\":\"%s\",\"commit\":\"%s\"}\n"
            .formatted(mirror.mode(), build.version(), build.commit());
    return Response.page("application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  /** {@code /ready}: that it can read its store. */
  public Response ready(Request request) {
    return mirror.isReadable()
        ? Response.page(
            "application/json", "{\"status\":\"ready\"}\n".getBytes(StandardCharsets.UTF_8))
        : Response.unavailable(
            "the store cannot be read. If it is on a disk that was removed, attach it again",
            RETRY);
  }

  /** How to install a preset from a mirror at an address: never from what a client claims it is. */
  private static String pip(URI root, String preset) {
    URI base = root.resolve("preset/" + preset);
    String trust = base.getScheme().equals("https") ? "" : " --trusted-host " + base.getHost();
    return "pip install --index-url %s/simple/%s \\\n  -c %s/constraints.txt -r %s/requirements.txt\n"
        .formatted(base, trust, base, base);
  }
}
