package dev.airlock.server.http;

import java.nio.file.Path;

/**
 * The files that TLS is spoken with, both in PEM form.
 *
 * @param certificates the server's certificate, then those that lead to its authority
 * @param key the private key of the first, in PKCS #8
 */
public record TlsFiles(Path certificates, Path key) {}
