package dev.airlock.upstream;

import java.io.Closeable;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import okhttp3.Call;
import okhttp3.Response;

/**
 * An answer: its head, and its body while that is read.
 *
 * @param address where it came from, after redirects, without credentials
 */
record Reply(
    Response response,
    URI address,
    Call call,
    Breaker breaker,
    Patience patience,
    LongSupplier nanos)
    implements Closeable {
  int status() {
    return response.code();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(response.header(name));
  }

  /** A header that is to be sent back some day; empty where it cannot be. */
  Optional<String> validator(String name) {
    return header(name).filter(value -> value.matches("[ -~]{1,1000}"));
  }

  /** The length that is stated, or -1. */
  long length() {
    return response.body().contentLength();
  }

  /** Whether it is a failure that may pass. */
  boolean isPassing() {
    return status() == 429 || status() >= 500;
  }

  InputStream body(Body.Pace pace) {
    return new Body(response.body().byteStream(), address, call, breaker, pace, patience, nanos);
  }

  /** The body of an answer of which the head was all that was wanted. */
  byte[] nothing() {
    if (!isPassing()) {
      breaker.answered();
    }
    return new byte[0];
  }

  /**
   * What is to be told of an answer that is a failure.
   *
   * @param asked the address that was asked
   * @param hint what to do about it, or nothing
   */
  UpstreamException failure(URI asked, String hint) {
    nothing();
    return breaker.failed(asked, UpstreamException.status(asked, status(), hint, retryAfter()));
  }

  /** What {@code Retry-After} asks for, in seconds or as a date by the clock of the upstream. */
  private Duration retryAfter() {
    String value = header("Retry-After").orElse("").strip();
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    Instant until = response.headers().getInstant("Retry-After");
    Instant now = response.headers().getInstant("Date");
    return until == null || now == null || until.isBefore(now)
        ? Duration.ZERO
        : Duration.between(now, until);
  }

  /** Gives the connection back where nothing more is to come over it. */
  @Override
  public void close() {
    response.close();
  }
}
