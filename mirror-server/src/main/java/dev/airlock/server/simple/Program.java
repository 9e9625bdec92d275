package dev.airlock.server.simple;

/**
 * Which build of the program this is.
 *
 * @param version its version
 * @param commit the commit it was built from
 */
public record Program(String version, String commit) {}
