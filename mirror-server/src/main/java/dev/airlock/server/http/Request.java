package dev.airlock.server.http;

import dev.airlock.index.PercentEncoding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A request to read something. Its path is a list of decoded segments, none of which is empty or
 * can be a path itself. Slashes doubled at the beginning are passed over: they come of an address
 * of the mirror that ends with one.
 *
 * @param method what is asked for
 * @param segments the segments of the path
 * @param trailingSlash whether the path ends with a slash
 * @param query the parameters of the query, the first of each name
 * @param headers the headers, by their names in lower case
 * @param arrival the way it came in
 */
public record Request(
    Method method,
    List<String> segments,
    boolean trailingSlash,
    Map<String, String> query,
    Map<String, String> headers,
    Arrival arrival) {
  private static final int LONGEST_PATH = 4096;
  private static final Pattern AUTHORITY =
      Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:\\d{1,5})?");

  /** What may be asked for. */
  public enum Method {
    /** The headers and the body. */
    GET,
    /** The headers alone. */
    HEAD
  }

  /** Copies the collections. */
  public Request {
    segments = List.copyOf(segments);
    query = Map.copyOf(query);
    headers = Map.copyOf(headers);
  }

  static Request parse(
      Method method, String rawPath, String rawQuery, Map<String, String> headers, Arrival arrival)
      throws BadRequestException {
    if (rawPath.length() > LONGEST_PATH) {
      throw new BadRequestException("the address is longer than " + LONGEST_PATH + " characters");
    }
    var segments = new ArrayList<String>();
    String inner = rawPath.replaceFirst("^/+", "").replaceFirst("/$", "");
    if (!inner.isEmpty()) {
      for (String raw : inner.split("/", -1)) {
        segments.add(segment(raw));
      }
    }
    return new Request(
        method, segments, rawPath.endsWith("/"), parameters(rawQuery), headers, arrival);
  }

  /** What is known of a request that cannot be understood. */
  static Request unreadable(Arrival arrival) {
    return new Request(Method.GET, List.of(), false, Map.of(), Map.of(), arrival);
  }

  private static String segment(String raw) throws BadRequestException {
    String text = Percent.decode(raw);
    if (text.isEmpty()) {
      throw new BadRequestException("the path holds '//': a link made of it would lead astray");
    }
    if (text.equals(".") || text.equals("..")) {
      throw new BadRequestException("the path holds '" + text + "'");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '/' || c == '\\') {
        throw new BadRequestException(
            "a segment of the path holds an encoded slash or a backslash");
      }
      if (Character.isISOControl(c)) {
        throw new BadRequestException("the path holds a control character");
      }
    }
    return text;
  }

  private static Map<String, String> parameters(String rawQuery) throws BadRequestException {
    var parameters = new HashMap<String, String>();
    for (String part : rawQuery.split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        parameters.putIfAbsent(
            Percent.decode(part.substring(0, equals)), Percent.decode(part.substring(equals + 1)));
      }
    }
    return parameters;
  }

  /** A segment of the path; there has to be one. */
  public String segment(int index) {
    return segments.get(index);
  }

  /** A header by its name in lower case. Repeated ones are joined by commas. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /**
   * The way up from the page at this path to the root of the server: {@code ../../}. It is made of
   * the path alone, so no forged {@code Host} can change where a link leads.
   */
  public String toRoot() {
    int directories = trailingSlash ? segments.size() : Math.max(0, segments.size() - 1);
    return "../".repeat(directories);
  }

  /** The client's address, without a zone. */
  public String remote() {
    return Arrival.plainHost(arrival.remote());
  }

  /** What is spoken on the connection: {@code http} or {@code https}. */
  public String scheme() {
    return arrival.scheme();
  }

  /**
   * The address of the server's root as an absolute URL, for what cannot hold relative ones: as it
   * is configured, else as the client named it in {@code Host}, else as the client reached it. What
   * is made of this must not be kept for other clients.
   */
  public String root() {
    if (arrival.publicUrl().isPresent()) {
      return arrival.root();
    }
    return header("host")
        .filter(host -> AUTHORITY.matcher(host).matches())
        .map(host -> scheme() + "://" + host + "/")
        .orElseGet(arrival::root);
  }

  /**
   * The address of the server's root as it is configured, else as the client reached it: never what
   * a client claims it is.
   */
  public String ownRoot() {
    return arrival.root();
  }

  /** The query to repeat behind a redirect, with its question mark; empty where there is none. */
  public String encodedQuery() {
    return query.isEmpty()
        ? ""
        : query.entrySet().stream()
            .map(part ->
                PercentEncoding.encode(part.getKey())
                    + "="
                    + PercentEncoding.encode(part.getValue()))
            .sorted()
            .collect(Collectors.joining("&", "?", ""));
  }
}
