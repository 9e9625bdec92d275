package dev.airlock.preset;

import dev.airlock.files.DurableFiles;
import dev.airlock.files.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a preset, before they are understood.
 *
 * @param label what to call it in messages: the path of its folder, or its name in the store
 * @param folder the name of its folder, which has to be the preset's name
 * @param json the text of {@code preset.json}
 * @param requirements the text of the requirements file that it names, empty where it names none
 * @param directory the folder, where it is one
 * @param origin where it came from: the absolute path of its folder, or of the file that it was
 *     made from; empty where nobody knows
 */
public record PresetSource(
    String label,
    String folder,
    String json,
    Optional<String> requirements,
    Optional<Path> directory,
    Optional<String> origin) {
  /** The name of the file that describes a preset. */
  public static final String FILE = "preset.json";

  /** The texts of a preset that comes from its folder, where it has one. */
  public PresetSource(
      String label,
      String folder,
      String json,
      Optional<String> requirements,
      Optional<Path> directory) {
    this(label, folder, json, requirements, directory, directory.map(PresetSource::place));
  }

  /** How the place of a folder or file is recorded: by its absolute path, links followed. */
  public static String place(Path path) {
    try {
      return path.toRealPath().toString();
    } catch (IOException gone) {
      return path.toAbsolutePath().normalize().toString();
    }
  }

  /** The same texts from another place. */
  public PresetSource from(Optional<String> place) {
    return new PresetSource(label, folder, json, requirements, directory, place);
  }

  /**
   * The same preset by another name. Its lock is no longer that of its folder.
   *
   * @throws IllegalStateException when the preset is no JSON object
   */
  public PresetSource named(String name) {
    return new PresetSource(
        label, name, PresetReader.named(json, name), requirements, Optional.empty(), origin);
  }

  /**
   * The same texts with more lines behind those of the requirements file. A preset that names no
   * such file names one then.
   *
   * @throws IllegalStateException when the preset is no JSON object
   */
  public PresetSource requiring(List<String> lines) {
    String text = requirements.orElse("");
    String separator = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
    return new PresetSource(
        label,
        folder,
        PresetReader.namingRequirements(json),
        Optional.of(text + separator + String.join("\n", lines) + "\n"),
        directory,
        origin);
  }

  /**
   * Finds the folder of a preset.
   *
   * @param nameOrPath its name, or a path to its folder or to its {@code preset.json}
   * @param searched the folders that hold presets, in their order
   */
  public static Optional<Path> locate(String nameOrPath, List<Path> searched) {
    boolean isPath =
        nameOrPath.contains("/") || nameOrPath.contains("\\") || nameOrPath.equals(".");
    if (isPath) {
      Path path = Path.of(nameOrPath).toAbsolutePath().normalize();
      Path folder = path.endsWith(FILE) ? path.getParent() : path;
      return folder != null && Files.isRegularFile(folder.resolve(FILE))
          ? Optional.of(folder)
          : Optional.empty();
    }
    return searched.stream()
        .map(directory -> directory.resolve(nameOrPath))
        .filter(folder -> Files.isRegularFile(folder.resolve(FILE)))
        .findFirst();
  }

  /** The names of the presets in a folder of presets, in their order. */
  public static List<String> names(Path folder) throws IOException {
    return Trees.names(folder).stream()
        .filter(name -> Files.isRegularFile(folder.resolve(name).resolve(FILE)))
        .filter(name -> !name.startsWith(DurableFiles.TEMPORARY))
        .toList();
  }

  /** Reads the files of a preset's folder. */
  public static PresetSource read(Path folder) throws IOException {
    String json = Files.readString(folder.resolve(FILE), StandardCharsets.UTF_8);
    @Nullable Path named = PresetReader.requirementsFile(json).map(folder::resolve).orElse(null);
    Optional<String> requirements =
        named != null && Files.isRegularFile(named)
            ? Optional.of(Files.readString(named, StandardCharsets.UTF_8))
            : Optional.empty();
    return new PresetSource(
        folder.toString(),
        String.valueOf(folder.getFileName()),
        json,
        requirements,
        Optional.of(folder));
  }
}
