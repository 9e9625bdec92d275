package dev.airlock.server.http;

import dev.airlock.server.http.Request.Method;
import dev.airlock.store.Blob;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What goes over the wire: a response after the conditions, the ranges and the encodings of a
 * request were applied to it. Deciding this does nothing yet.
 *
 * @param status the status
 * @param headers the headers, all but the length
 * @param length the {@code Content-Length}; empty for a status that has none
 * @param payload the bytes to send
 */
record Delivery(int status, Map<String, String> headers, OptionalLong length, Payload payload) {
  private static final String ETAG = "ETag";
  private static final String VARY = "Vary";
  private static final String CONTENT_RANGE = "Content-Range";

  /** The bytes to send. */
  sealed interface Payload {
    /** None, as for {@code HEAD}. */
    record None() implements Payload {}

    /** Bytes in memory. */
    record Memory(ByteBuffer bytes) implements Payload {}

    /** A part of a file, or all of it. */
    record Slice(Blob blob, long position, long count) implements Payload {}
  }

  /** Applies a request to a response. */
  static Delivery of(Request request, Response response) {
    return switch (response.body()) {
      case Body.Empty() ->
          new Delivery(
              response.status(), response.headers(), OptionalLong.of(0), new Payload.None());
      case Body.Bytes bytes -> memory(request, response, bytes);
      case Body.File(Blob blob) -> file(request, response, blob);
    };
  }

  private static Delivery memory(Request request, Response response, Body.Bytes bytes) {
    var headers = new LinkedHashMap<>(response.headers());
    boolean gzip = bytes.gzip().isPresent() && acceptsGzip(request.header("accept-encoding"));
    if (gzip) {
      headers.put("Content-Encoding", "gzip");
    }
    if (bytes.gzip().isPresent()) {
      headers.merge(VARY, "Accept-Encoding", (one, other) -> one + ", " + other);
    }
    Optional<ETag> etag = response.etag().map(tag -> gzip ? tag.gzip() : tag);
    etag.ifPresent(tag -> headers.put(ETAG, tag.toString()));
    if (etag.isPresent() && etag.get().isIn(request.header("if-none-match"))) {
      return notModified(headers);
    }
    ByteBuffer content = gzip ? bytes.gzip().get() : bytes.plain();
    return new Delivery(
        response.status(),
        headers,
        OptionalLong.of(content.remaining()),
        request.method() == Method.HEAD
            ? new Payload.None()
            : new Payload.Memory(content.duplicate()));
  }

  private static Delivery file(Request request, Response response, Blob blob) {
    var headers = new LinkedHashMap<>(response.headers());
    headers.put("Accept-Ranges", "bytes");
    ETag etag = ETag.of(blob.digest());
    headers.put(ETAG, etag.toString());
    if (etag.isIn(request.header("if-none-match"))) {
      return notModified(headers);
    }
    boolean same = request.header("if-range").map(etag.toString()::equals).orElse(true);
    ByteRange range =
        request.method() == Method.GET && same
            ? ByteRange.of(request.header("range"), blob.size())
            : new ByteRange.Whole();
    return switch (range) {
      case ByteRange.Whole() ->
          new Delivery(
              response.status(),
              headers,
              OptionalLong.of(blob.size()),
              request.method() == Method.HEAD || blob.size() == 0
                  ? new Payload.None()
                  : new Payload.Slice(blob, 0, blob.size()));
      case ByteRange.Part(long first, long count) -> {
        headers.put(
            CONTENT_RANGE, "bytes " + first + "-" + (first + count - 1) + "/" + blob.size());
        yield new Delivery(
            StatusCodes.PARTIAL_CONTENT,
            headers,
            OptionalLong.of(count),
            new Payload.Slice(blob, first, count));
      }
      case ByteRange.Unsatisfiable() -> unsatisfiable(blob);
    };
  }

  private static Delivery notModified(Map<String, String> headers) {
    headers.remove("Content-Type");
    headers.remove("Content-Encoding");
    return new Delivery(
        StatusCodes.NOT_MODIFIED, headers, OptionalLong.empty(), new Payload.None());
  }

  private static Delivery unsatisfiable(Blob blob) {
    ByteBuffer text =
        ByteBuffer.wrap(
            ("the file has " + blob.size() + " bytes: the range begins behind its end\n")
                .getBytes(StandardCharsets.UTF_8));
    return new Delivery(
        StatusCodes.REQUEST_RANGE_NOT_SATISFIABLE,
        Map.of("Content-Type", Response.TEXT, CONTENT_RANGE, "bytes */" + blob.size()),
        OptionalLong.of(text.remaining()),
        new Payload.Memory(text));
  }

  /** Whether an {@code Accept-Encoding} takes gzip. */
  static boolean acceptsGzip(Optional<String> header) {
    boolean byWildcard = false;
    for (String part : header.orElse("").split(",", -1)) {
      String[] parameters = part.split(";", -1);
      boolean wanted = true;
      for (int i = 1; i < parameters.length; i++) {
        wanted &= !parameters[i].strip().matches("[qQ]\\s*=\\s*0(\\.0*)?");
      }
      String coding = parameters[0].strip();
      if (coding.equalsIgnoreCase("gzip") || coding.equalsIgnoreCase("x-gzip")) {
        return wanted;
      }
      byWildcard |= coding.equals("*") && wanted;
    }
    return byWildcard;
  }
}
