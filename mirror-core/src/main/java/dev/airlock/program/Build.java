package dev.airlock.program;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/**
 * Which build of the program runs.
 *
 * @param version its version
 * @param commit the commit it was built from, with {@code -dirty} where the sources differed
 */
public record Build(String version, String commit) {
  private static final String UNKNOWN = "unknown";

  /** The build of the jar that this very class is in. */
  public static Build current() {
    Attributes attributes = manifest().getMainAttributes();
    return new Build(
        value(attributes, "Implementation-Version"), value(attributes, "Implementation-Build"));
  }

  private static String value(Attributes attributes, String name) {
    String value = attributes.getValue(name);
    return value == null || !value.matches("[\\w.+-]+") ? UNKNOWN : value;
  }

  /** The manifest beside this class; an empty one where classes lie in a folder. */
  private static Manifest manifest() {
    URL self = Build.class.getResource("Build.class");
    String address = self == null ? "" : self.toString();
    int inside = address.indexOf("!/");
    if (inside < 0) {
      return new Manifest();
    }
    try (InputStream in =
        URI.create(address.substring(0, inside) + "!/META-INF/MANIFEST.MF").toURL().openStream()) {
      return new Manifest(in);
    } catch (IOException none) {
      return new Manifest();
    }
  }

  /** Version and commit: {@code 0.1.0 (1a2b3c4)}. */
  @Override
  public String toString() {
    return version + " (" + commit + ")";
  }
}
