package dev.airlock.server.routes;

import dev.airlock.server.http.Handler;
import java.util.Arrays;
import java.util.List;

/**
 * An address that is answered. A segment in braces stands for any one segment; {@code **} at the
 * end stands for whatever follows, and then the handler sees to the slash at the end itself.
 *
 * @param path the path as it is written, {@code /simple/{project}/}
 * @param segments the segments of the path
 * @param directory whether the address ends with a slash
 * @param open whether more may follow
 * @param handler what answers
 */
record Route(String path, List<String> segments, boolean directory, boolean open, Handler handler) {
  private static final String REST = "/**";

  Route {
    segments = List.copyOf(segments);
  }

  static Route of(String path, Handler handler) {
    boolean open = path.endsWith(REST);
    String closed = open ? path.substring(0, path.length() - REST.length()) : path;
    return new Route(
        path,
        Arrays.stream(closed.split("/", -1)).filter(segment -> !segment.isEmpty()).toList(),
        path.endsWith("/"),
        open,
        handler);
  }

  boolean matches(List<String> path) {
    if (open ? path.size() < segments.size() : path.size() != segments.size()) {
      return false;
    }
    for (int i = 0; i < segments.size(); i++) {
      if (!segments.get(i).startsWith("{") && !segments.get(i).equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }
}
