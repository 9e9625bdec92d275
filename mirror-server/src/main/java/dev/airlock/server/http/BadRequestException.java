package dev.airlock.server.http;

/** A request that cannot be understood, or that nobody with good intentions makes. */
final class BadRequestException extends Exception {
  private static final long serialVersionUID = 1L;

  BadRequestException(String message) {
    super(message);
  }
}
