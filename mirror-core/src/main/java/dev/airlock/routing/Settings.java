package dev.airlock.routing;

import dev.airlock.preset.Problem;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a server's configuration file, {@code airlock.json}, says.
 *
 * @param indexes where projects come from; empty where the presets that are served say it
 * @param deny the projects that come from nowhere, whoever asks
 * @param hosts the hosts that may be asked for files besides the indexes themselves: names, {@code
 *     *.example.org}, or either with {@code :port}
 * @param forbiddenMeansAbsent hosts that answer 403 for what they do not have, besides those that
 *     are known to
 * @param freshness how long a page counts as fresh
 * @param quota how many bytes of files of no preset are kept; empty for no limit
 */
public record Settings(
    List<Index> indexes,
    List<ProjectPattern> deny,
    List<String> hosts,
    Set<String> forbiddenMeansAbsent,
    Duration freshness,
    OptionalLong quota) {
  /** The name of the file. */
  public static final String FILE = "airlock.json";

  /** How long a page counts as fresh where nothing says otherwise. */
  public static final Duration USUAL_FRESHNESS = Duration.ofMinutes(10);

  /** What counts where there is no such file. */
  public static final Settings NONE =
      new Settings(List.of(), List.of(), List.of(), USUAL_FRESHNESS);

  private static final String VARIABLE = "AIRLOCK_CONFIG";

  /** Settings without a quota. */
  public Settings(
      List<Index> indexes, List<ProjectPattern> deny, List<String> hosts, Duration freshness) {
    this(indexes, deny, hosts, Set.of(), freshness, OptionalLong.empty());
  }

  /** Copies the lists. */
  public Settings {
    indexes = List.copyOf(indexes);
    deny = List.copyOf(deny);
    hosts = List.copyOf(hosts);
    forbiddenMeansAbsent = Set.copyOf(forbiddenMeansAbsent);
  }

  /**
   * An index, with what comes from it.
   *
   * @param index the index
   * @param projects the projects that come from it
   * @param isSearched whether it is asked, before the default, for what no index claims
   * @param isDefault whether all projects come from it that no index claims or has
   */
  public record Index(
      RoutedIndex index, List<ProjectPattern> projects, boolean isSearched, boolean isDefault) {
    /** An index that is not searched. */
    public Index(RoutedIndex index, List<ProjectPattern> projects, boolean isDefault) {
      this(index, projects, false, isDefault);
    }

    /** Copies the list. */
    public Index {
      projects = List.copyOf(projects);
    }
  }

  /**
   * Finds the file: the one that is named, else the one that {@code AIRLOCK_CONFIG} names, else
   * {@code airlock/airlock.json} below {@code XDG_CONFIG_HOME} or {@code ~/.config}, where it
   * exists. One that is named is returned though it may not exist, for {@link #read} to say so.
   *
   * @param named by an option
   * @param environment the environment variables
   * @param home the user's home directory
   */
  public static Optional<Path> locate(
      Optional<Path> named, Map<String, String> environment, Path home) {
    if (named.isPresent()) {
      return named;
    }
    String variable = environment.getOrDefault(VARIABLE, "");
    if (!variable.isBlank()) {
      return Optional.of(Path.of(variable));
    }
    String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path folder = config.isBlank() ? home.resolve(".config") : Path.of(config);
    return Optional.of(folder.resolve("airlock").resolve(FILE)).filter(Files::isRegularFile);
  }

  /**
   * Reads a file.
   *
   * @throws InvalidSettingsException when there is no such file, or mistakes are in it, all of
   *     which it tells
   * @throws IOException when it cannot be read
   */
  public static Settings read(Path file) throws IOException, InvalidSettingsException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw refused(file, "there is no such file: name one with --config or " + VARIABLE);
    } catch (MalformedInputException e) {
      throw refused(file, "it is not JSON: it is not in UTF-8");
    }
    return SettingsReader.read(file.toString(), text);
  }

  private static InvalidSettingsException refused(Path file, String rule) {
    return new InvalidSettingsException(List.of(new Problem(file.toString(), "", "", rule)));
  }
}
