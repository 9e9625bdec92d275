package dev.airlock.server.http;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a server listens and how it treats its clients.
 *
 * @param listen where it listens
 * @param timeouts how long it waits
 * @param limits how much it bears
 * @param tls the certificate and key it speaks TLS with; without them it speaks plain HTTP
 * @param tokens the file of the tokens that it asks clients for; without one it serves everybody
 * @param publicUrl the address that its clients know it by, where that is another one
 * @param accessLog where a line goes for each request; it is not closed
 */
public record HttpSettings(
    Listen listen,
    HttpServer.Timeouts timeouts,
    Limits limits,
    Optional<TlsFiles> tls,
    Optional<Path> tokens,
    Optional<PublicUrl> publicUrl,
    Optional<OutputStream> accessLog) {
  /** The usual ones at an address. */
  public static HttpSettings at(Listen listen) {
    return new HttpSettings(
        listen,
        HttpServer.Timeouts.USUAL,
        Limits.USUAL,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** These with other timeouts. */
  public HttpSettings with(HttpServer.Timeouts other) {
    return new HttpSettings(listen, other, limits, tls, tokens, publicUrl, accessLog);
  }

  /** These with other limits. */
  public HttpSettings with(Limits other) {
    return new HttpSettings(listen, timeouts, other, tls, tokens, publicUrl, accessLog);
  }

  /** These with TLS. */
  public HttpSettings with(TlsFiles other) {
    return new HttpSettings(
        listen, timeouts, limits, Optional.of(other), tokens, publicUrl, accessLog);
  }

  /** These for clients that have one of the tokens of a file. */
  public HttpSettings withTokens(Path file) {
    return new HttpSettings(listen, timeouts, limits, tls, Optional.of(file), publicUrl, accessLog);
  }

  /** These with an address that clients know the server by. */
  public HttpSettings with(PublicUrl other) {
    return new HttpSettings(listen, timeouts, limits, tls, tokens, Optional.of(other), accessLog);
  }

  /** These with an access log. */
  public HttpSettings withAccessLog(OutputStream out) {
    return new HttpSettings(listen, timeouts, limits, tls, tokens, publicUrl, Optional.of(out));
  }

  /** What is spoken: {@code http} or {@code https}. */
  public String scheme() {
    return tls.isPresent() ? "https" : "http";
  }

  /** Whether tokens would cross a network that anybody may listen to. */
  public boolean showsTokens() {
    return tokens.isPresent() && tls.isEmpty() && !listen.isLoopback();
  }
}
