package dev.airlock.server;

import dev.airlock.server.simple.Program;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** Which build this is, from the manifest of its jar. */
final class Build {
  private static final String UNKNOWN = "unknown";

  private Build() {}

  static Program current() {
    Attributes attributes = manifest().getMainAttributes();
    return new Program(
        value(attributes, "Implementation-Version"), value(attributes, "Implementation-Build"));
  }

  private static String value(Attributes attributes, String name) {
    String value = attributes.getValue(name);
    return value == null || !value.matches("[\\w.+-]+") ? UNKNOWN : value;
  }

  /** The manifest beside this very class; an empty one where classes lie in a folder. */
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
}
