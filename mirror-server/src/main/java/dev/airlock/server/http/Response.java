package dev.airlock.server.http;

import dev.airlock.digest.Sha256;
import dev.airlock.index.PercentEncoding;
import dev.airlock.store.Blob;
import dev.airlock.store.GrowingBytes;
import io.undertow.util.StatusCodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * What a request is answered with. Conditions, ranges and {@code HEAD} are not its business: {@link
 * Delivery} applies them to it.
 */
public final class Response {
  /** The content type of texts. */
  public static final String TEXT = "text/plain; charset=utf-8";

  private static final String CONTENT_TYPE = "Content-Type";
  private static final String CACHE_CONTROL = "Cache-Control";

  /** RFC 9110, section 15.5.20. */
  private static final int MISDIRECTED = 421;

  private static final String REVALIDATED = "no-cache";
  private static final String IMMUTABLE = "max-age=31536000, immutable";
  private static final String PUBLIC = "public, ";
  private static final String PRIVATE = "private, ";

  private final int status;
  private final Map<String, String> headers;
  private final Body body;
  private final Optional<ETag> etag;

  private Response(int status, Map<String, String> headers, Body body, Optional<ETag> etag) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.etag = etag;
  }

  /**
   * A page that may change: every use of a cached copy asks whether it did. It says {@code
   * no-cache} and not {@code max-age}, because pip from 26.2 would not ask again.
   */
  public static Response page(String contentType, byte[] bytes) {
    return new Response(
        StatusCodes.OK,
        Map.of(CONTENT_TYPE, contentType, CACHE_CONTROL, REVALIDATED),
        new Body.Bytes(ByteBuffer.wrap(bytes), Optional.empty()),
        Optional.of(ETag.of(Sha256.of(bytes))));
  }

  /**
   * A file. Every use of a cached copy asks whether it changed, unless it is {@link #immutable}.
   */
  public static Response file(String contentType, Blob blob) {
    return new Response(
        StatusCodes.OK,
        Map.of(CONTENT_TYPE, contentType, CACHE_CONTROL, REVALIDATED),
        new Body.File(blob),
        Optional.of(ETag.of(blob.digest())));
  }

  /**
   * A file of which more and more may be sent. When it turns out to be wrong or does not come to
   * its end, the connection is cut.
   *
   * @param sha256 the digest that it will have, where that is known
   */
  public static Response arriving(String contentType, GrowingBytes bytes, Optional<Sha256> sha256) {
    return new Response(
        StatusCodes.OK,
        Map.of(CONTENT_TYPE, contentType, CACHE_CONTROL, REVALIDATED),
        new Body.Arriving(bytes),
        sha256.map(ETag::of));
  }

  /** What is said of a file, for who asks for no bytes of it. */
  public static Response described(String contentType, long size, Optional<Sha256> sha256) {
    return new Response(
        StatusCodes.OK,
        Map.of(CONTENT_TYPE, contentType, CACHE_CONTROL, REVALIDATED),
        new Body.Described(size),
        sha256.map(ETag::of));
  }

  /** What was asked for is at another address for good, given relative to the one asked for. */
  public static Response moved(String relative) {
    return new Response(StatusCodes.MOVED_PERMANENTLY, Map.of(), new Body.Empty(), Optional.empty())
        .with("Location", relative);
  }

  /** What was asked for is a directory: it is at the same address with a slash behind it. */
  public static Response movedToDirectory(Request request) {
    return moved(
        PercentEncoding.encode(request.segments().getLast()) + "/" + request.encodedQuery());
  }

  /** There is no such thing here. The text says what is missing and how to get it. */
  public static Response notFound(String text) {
    return error(StatusCodes.NOT_FOUND, text);
  }

  /** The request cannot be understood. The text says why. */
  public static Response badRequest(String text) {
    return error(StatusCodes.BAD_REQUEST, text);
  }

  /** The server cannot answer though it should. The text says why and what to do. */
  public static Response failed(String text) {
    return error(StatusCodes.INTERNAL_SERVER_ERROR, text);
  }

  /** The request has come to the wrong server. The text says why. */
  public static Response misdirected(String text) {
    return error(MISDIRECTED, text);
  }

  /** Upstream trouble that may pass. The text names its cause. */
  public static Response unavailable(String text, Duration retryAfter) {
    return error(StatusCodes.SERVICE_UNAVAILABLE, text)
        .with("Retry-After", String.valueOf(Math.max(1, retryAfter.toSeconds())));
  }

  /** An upstream that answers, but with something that cannot be passed on. The text says what. */
  public static Response badGateway(String text) {
    return error(StatusCodes.BAD_GATEWAY, text);
  }

  static Response unauthorized() {
    return error(
            StatusCodes.UNAUTHORIZED,
            """
            this mirror asks for a read token, and there was none, or a wrong one.
            pip: PIP_INDEX_URL=https://token:TOKEN@HOST/preset/PRESET/simple/, or in ~/.netrc:
              machine HOST login token password TOKEN
            uv: UV_DEFAULT_INDEX=https://token:TOKEN@HOST/preset/PRESET/simple/, or the same ~/.netrc
            others: the header "Authorization: Bearer TOKEN"
            Who runs the mirror makes one with `airlock serve --new-token NAME --tokens FILE`.\
            """)
        .with("WWW-Authenticate", "Basic realm=\"airlock\", charset=\"UTF-8\"");
  }

  static Response bodyRefused() {
    return error(
        StatusCodes.REQUEST_ENTITY_TOO_LARGE,
        "this mirror is read-only: a request to it has no body. The connection is closed");
  }

  static Response methodNotAllowed(String method) {
    return error(
            StatusCodes.METHOD_NOT_ALLOWED,
            "this mirror is read-only: it answers GET and HEAD, not " + method)
        .with("Allow", "GET, HEAD");
  }

  private static Response error(int status, String text) {
    return new Response(
        status,
        Map.of(CONTENT_TYPE, TEXT, CACHE_CONTROL, "no-store"),
        new Body.Bytes(
            ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8)), Optional.empty()),
        Optional.empty());
  }

  /**
   * This response as one that never changes at its address (RFC 8246): caches need not ask again.
   */
  public Response immutable() {
    return with(CACHE_CONTROL, PUBLIC + IMMUTABLE);
  }

  /**
   * This response for a client that had to name a token: caches that it shares with others do not
   * keep it (RFC 9111, section 5.2.2.7).
   */
  Response asPrivate() {
    String control = headers.getOrDefault(CACHE_CONTROL, "");
    return switch (control) {
      case PUBLIC + IMMUTABLE -> with(CACHE_CONTROL, PRIVATE + IMMUTABLE);
      case REVALIDATED -> with(CACHE_CONTROL, PRIVATE + REVALIDATED);
      default -> this;
    };
  }

  /** This response with one header more. */
  public Response with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Response(status, more, body, etag);
  }

  /** A header by its name. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** This response with its bytes compressed beside the plain ones, where that saves something. */
  public Response compressed() {
    if (!(body instanceof Body.Bytes(ByteBuffer plain, Optional<ByteBuffer> gzip))
        || gzip.isPresent()) {
      return this;
    }
    var compressed = new ByteArrayOutputStream(plain.remaining() / 4 + 64);
    try (var out = new GZIPOutputStream(compressed)) {
      out.write(plain.array(), plain.arrayOffset() + plain.position(), plain.remaining());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    if (compressed.size() >= plain.remaining()) {
      return this;
    }
    return new Response(
        status,
        headers,
        new Body.Bytes(plain, Optional.of(ByteBuffer.wrap(compressed.toByteArray()))),
        etag);
  }

  /** Whether this is the page asked for, and no error or redirect. */
  public boolean isPage() {
    return status == StatusCodes.OK && body instanceof Body.Bytes;
  }

  /** Whether another response carries the same bytes. */
  public boolean hasSameContent(Response other) {
    return etag.isPresent() && etag.equals(other.etag) && headers.equals(other.headers);
  }

  /** About how many bytes of memory it keeps. */
  public int weight() {
    return 1024 + (body instanceof Body.Bytes bytes ? bytes.size() : 0);
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  Body body() {
    return body;
  }

  Optional<ETag> etag() {
    return etag;
  }
}
