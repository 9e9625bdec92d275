package dev.airlock.upstream;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.MalformedInputException;
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
import java.util.stream.Collectors;

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

  /** The sections that concern fetching; whatever the file, a later one goes before an earlier. */
  private static final List<String> SECTIONS = List.of("global", "install", "download");

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
    return read(environment, home, Path.of("/etc/pip.conf"));
  }

  static PipConfig read(Map<String, String> environment, Path home, Path ofSystem)
      throws IOException {
    Map<String, Map<String, String>> sections = new HashMap<>();
    for (Path file : files(environment, home, ofSystem)) {
      if (Files.isRegularFile(file)) {
        parse(text(file))
            .forEach((section, values) ->
                sections.computeIfAbsent(section, _ -> new HashMap<>()).putAll(values));
      }
    }
    Map<String, String> values = new HashMap<>();
    SECTIONS.forEach(section -> values.putAll(sections.getOrDefault(section, Map.of())));
    for (String key : KEYS) {
      String value =
          environment.getOrDefault("PIP_" + key.toUpperCase(Locale.ROOT).replace('-', '_'), "");
      if (!value.isBlank()) {
        values.put(key, value);
      }
    }
    return new PipConfig(
        addresses(values.getOrDefault("index-url", "")).stream().findFirst(),
        addresses(values.getOrDefault("extra-index-url", "")),
        addresses(values.getOrDefault("find-links", "")),
        Set.of("1", "true", "t", "yes", "y", "on")
            .contains(values.getOrDefault("no-index", "").toLowerCase(Locale.ROOT)));
  }

  /** Whether it changes anything. */
  public boolean isNone() {
    return equals(NONE);
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (MalformedInputException e) {
      throw new IOException(
          "pip's configuration in '" + file + "' is not in UTF-8: mend it, or pass --no-pip-config",
          e);
    }
  }

  private static List<Path> files(Map<String, String> environment, Path home, Path ofSystem) {
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
    files.add(ofSystem);
    if (named.isBlank() || !Files.exists(Path.of(named))) {
      files.addAll(ofUser(environment, home));
    }
    String virtualEnvironment = environment.getOrDefault("VIRTUAL_ENV", "");
    if (!virtualEnvironment.isBlank()) {
      files.add(Path.of(virtualEnvironment, "pip.conf"));
    }
    if (!named.isBlank()) {
      files.add(Path.of(named));
    }
    return files;
  }

  /** The user's files, which pip leaves out where {@code PIP_CONFIG_FILE} names one. */
  private static List<Path> ofUser(Map<String, String> environment, Path home) {
    String configHome = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path directory = configHome.isBlank() ? home.resolve(".config") : Path.of(configHome);
    return List.of(
        home.resolve(".pip").resolve("pip.conf"), directory.resolve("pip").resolve("pip.conf"));
  }

  /**
   * Reads the values of each section, as far as they concern fetching, as Python's configparser
   * does: continued lines are indented.
   */
  static Map<String, Map<String, String>> parse(String text) {
    Map<String, Map<String, StringBuilder>> sections = new HashMap<>();
    Map<String, StringBuilder> values = new HashMap<>();
    boolean concerns = false;
    String key = "";
    for (String line : text.lines().toList()) {
      String stripped = line.strip();
      if (stripped.isEmpty() || stripped.startsWith("#") || stripped.startsWith(";")) {
        continue;
      }
      if (stripped.startsWith("[") && stripped.endsWith("]")) {
        String section = stripped.substring(1, stripped.length() - 1).strip();
        concerns = SECTIONS.contains(section);
        values = sections.computeIfAbsent(section, _ -> new HashMap<>());
        key = "";
      } else if (Character.isWhitespace(line.charAt(0)) && !key.isEmpty()) {
        values.computeIfAbsent(key, _ -> new StringBuilder()).append(' ').append(stripped);
      } else {
        int separator = separator(stripped);
        key = "";
        if (concerns && separator > 0) {
          String name =
              stripped.substring(0, separator).strip().toLowerCase(Locale.ROOT).replace('_', '-');
          if (KEYS.contains(name)) {
            key = name;
            values.put(key, new StringBuilder(stripped.substring(separator + 1).strip()));
          }
        }
      }
    }
    return sections.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, section -> texts(section.getValue())));
  }

  private static Map<String, String> texts(Map<String, StringBuilder> values) {
    return values.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, value -> value.getValue().toString()));
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
