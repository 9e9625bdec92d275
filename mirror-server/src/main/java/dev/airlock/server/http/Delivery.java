package dev.airlock.server.http;

import dev.airlock.server.http.Request.Method;
import dev.airlock.store.Blob;
import dev.airlock.store.GrowingBytes;
import io.undertow.util.StatusCodes;
import java.io.IOException;
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

    /**
     * A part of a file, or all of it.
     *
     * @param supply opens the file
     * @param position where in the file to begin
     * @param count how many bytes; empty for all that come
     */
    record Slice(Opener supply, long position, OptionalLong count) implements Payload {}

    /** Opens a file. */
    interface Opener {
      /** Opens it. */
      Supply open() throws IOException;
    }
  }

  /** Applies a request to a response. */
  static Delivery of(Request request, Response response) {
    return switch (response.body()) {
      case Body.Empty() ->
          new Delivery(
              response.status(), response.headers(), OptionalLong.of(0), new Payload.None());
      case Body.Bytes bytes -> memory(request, response, bytes);
      case Body.File(Blob blob) ->
          file(request, response, OptionalLong.of(blob.size()), () -> Supply.of(blob));
      case Body.Described(long size) ->
          file(
              request,
              response,
              OptionalLong.of(size),
              () -> {
                throw new IOException("no bytes of this file are there");
              });
      case Body.Arriving(GrowingBytes bytes) ->
          file(request, response, bytes.view().total(), () -> Supply.of(bytes));
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

  /** The size is not known of a file that arrives from an upstream that does not say it. */
  private static Delivery file(
      Request request, Response response, OptionalLong size, Payload.Opener supply) {
    var headers = new LinkedHashMap<>(response.headers());
    Optional<ETag> etag = response.etag();
    etag.ifPresent(tag -> headers.put(ETAG, tag.toString()));
    if (etag.isPresent() && etag.get().isIn(request.header("if-none-match"))) {
      return notModified(headers);
    }
    if (size.isEmpty()) {
      return new Delivery(
          response.status(),
          headers,
          OptionalLong.empty(),
          request.method() == Method.HEAD
              ? new Payload.None()
              : new Payload.Slice(supply, 0, OptionalLong.empty()));
    }
    headers.put("Accept-Ranges", "bytes");
    return ranged(request, response, headers, size.getAsLong(), supply);
  }

  private static Delivery ranged(
      Request request,
      Response response,
      Map<String, String> headers,
      long size,
      Payload.Opener supply) {
    boolean same =
        request
            .header("if-range")
            .map(tag -> response.etag().map(ETag::toString).equals(Optional.of(tag)))
            .orElse(true);
    ByteRange range =
        request.method() == Method.GET && same
            ? ByteRange.of(request.header("range"), size)
            : new ByteRange.Whole();
    return switch (range) {
      case ByteRange.Whole() ->
          new Delivery(
              response.status(),
              headers,
              OptionalLong.of(size),
              request.method() == Method.HEAD || size == 0
                  ? new Payload.None()
                  : new Payload.Slice(supply, 0, OptionalLong.of(size)));
      case ByteRange.Part(long first, long count) -> {
        headers.put(CONTENT_RANGE, "bytes " + first + "-" + (first + count - 1) + "/" + size);
        yield new Delivery(
            StatusCodes.PARTIAL_CONTENT,
            headers,
            OptionalLong.of(count),
            new Payload.Slice(supply, first, OptionalLong.of(count)));
      }
      case ByteRange.Unsatisfiable() -> unsatisfiable(size);
    };
  }

  private static Delivery notModified(Map<String, String> headers) {
    headers.remove("Content-Type");
    headers.remove("Content-Encoding");
    return new Delivery(
        StatusCodes.NOT_MODIFIED, headers, OptionalLong.empty(), new Payload.None());
  }

  private static Delivery unsatisfiable(long size) {
    ByteBuffer text =
        ByteBuffer.wrap(
            ("the file has " + size + " bytes: the range begins behind its end\n")
                .getBytes(StandardCharsets.UTF_8));
    return new Delivery(
        StatusCodes.REQUEST_RANGE_NOT_SATISFIABLE,
        Map.of("Content-Type", Response.TEXT, CONTENT_RANGE, "bytes */" + size),
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
