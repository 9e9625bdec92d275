package dev.airlock.upstream;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where pip looks for packages on this machine, from its configuration files and environment.
 *
 * @param index {@code index-url}, where configured
 * @param extraIndexes {@code extra-index-url}
 * @param findLinks {@code find-links}
 * @param noIndex {@code no-index}
 * @see <a href="https://pip.pypa.io/en/stable/topics/configuration/">pip configuration</a>
 */
public record PipConfig(
    Optional<URI> index, List<URI> extraIndexes, List<URI> findLinks, boolean noIndex) {
  /** What pip does when nothing is configured. */
  public static final PipConfig NONE = new PipConfig(Optional.empty(), List.of(), List.of(), false);

  private static final Set<String> KEYS =
      Set.of("index-url", "extra-index-url", "find-links", "no-index");
  private static final Set<String> SECTIONS = Set.of("global", "download", "install");

  /** Copies the lists. */
  public PipConfig {
    extraIndexes = List.copyOf(extraIndexes);
    findLinks = List.copyOf(findLinks);
  }

  /**
   * Reads pip's configuration: the files of the system, the user and the virtual environment, each
   * over the one before, and the environment variables over all of them.
   *
   * @param environment the environment variables
   * @param home the user's home directory
   * @throws IOException when a file is there and cannot be read
   */
  public static PipConfig read(Map<String, String> environment, Path home) throws IOException {
    Map<String, String> values = new HashMap<>();
    for (Path file : files(environment, home)) {
      if (Files.isRegularFile(file)) {
        values.putAll(parse(Files.readString(file)));
      }
    }
    for (String key : KEYS) {
      String value = environment.get("PIP_" + key.toUpperCase(Locale.ROOT).replace('-', '_'));
      if (value != null) {
        values.put(key, value);
      }
    }
    return new PipConfig(
        addresses(values.getOrDefault("index-url", "")).stream().findFirst(),
        addresses(values.getOrDefault("extra-index-url", "")),
        addresses(values.getOrDefault("find-links", "")),
        Set.of("1", "true", "yes", "on")
            .contains(values.getOrDefault("no-index", "").toLowerCase(Locale.ROOT)));
  }

  /** Whether it changes anything. */
  public boolean isNone() {
    return equals(NONE);
  }

  private static List<Path> files(Map<String, String> environment, Path home) {
    String named = environment.getOrDefault("PIP_CONFIG_FILE", "");
    if (named.equals("/dev/null")) {
      return List.of();
    }
    var files = new ArrayList<Path>();
    for (String directory :
        environment.getOrDefault("XDG_CONFIG_DIRS", "/etc/xdg").split(":", -1)) {
      if (!directory.isBlank()) {
        files.add(Path.of(directory, "pip", "pip.conf"));
      }
    }
    files.add(Path.of("/etc/pip.conf"));
    files.add(home.resolve(".pip").resolve("pip.conf"));
    String configHome = environment.getOrDefault("XDG_CONFIG_HOME", "");
    files.add(
        (configHome.isBlank() ? home.resolve(".config") : Path.of(configHome))
            .resolve("pip")
            .resolve("pip.conf"));
    String virtualEnvironment = environment.getOrDefault("VIRTUAL_ENV", "");
    if (!virtualEnvironment.isBlank()) {
      files.add(Path.of(virtualEnvironment, "pip.conf"));
    }
    if (!named.isBlank()) {
      files.add(Path.of(named));
    }
    return files;
  }

  /**
   * Reads the sections that concern fetching, as Python's configparser does: continued lines are
   * indented.
   */
  static Map<String, String> parse(String text) {
    Map<String, String> values = new HashMap<>();
    boolean concerns = false;
    String key = "";
    for (String line : text.lines().toList()) {
      String stripped = line.strip();
      if (stripped.isEmpty() || stripped.startsWith("#") || stripped.startsWith(";")) {
        continue;
      }
      if (stripped.startsWith("[") && stripped.endsWith("]")) {
        concerns = SECTIONS.contains(stripped.substring(1, stripped.length() - 1).strip());
        key = "";
      } else if (Character.isWhitespace(line.charAt(0)) && !key.isEmpty()) {
        values.merge(key, stripped, (value, more) -> value + " " + more);
      } else {
        int separator = separator(stripped);
        key = "";
        if (concerns && separator > 0) {
          String name =
              stripped.substring(0, separator).strip().toLowerCase(Locale.ROOT).replace('_', '-');
          if (KEYS.contains(name)) {
            key = name;
            values.put(key, stripped.substring(separator + 1).strip());
          }
        }
      }
    }
    return values;
  }

  private static int separator(String line) {
    int equals = line.indexOf('=');
    int colon = line.indexOf(':');
    if (equals < 0 || colon < 0) {
      return Math.max(equals, colon);
    }
    return Math.min(equals, colon);
  }

  private static List<URI> addresses(String value) {
    return Arrays.stream(value.split("\\s+", -1))
        .filter(text -> !text.isBlank())
        .map(Addresses::parse)
        .toList();
  }
}
