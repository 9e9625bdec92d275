package dev.airlock.readyset;

import dev.airlock.packaging.MalformedException;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Problems;
import java.io.IOException;
import java.nio.file.Path;

/** Reads ready sets, each by the rules of the tool that wrote it, which its name tells. */
public final class ReadySetReader {
  private ReadySetReader() {}

  /**
   * Reads a file: {@code pylock.toml}, {@code uv.lock}, {@code poetry.lock}, {@code
   * pyproject.toml}, and as a requirements file any other.
   *
   * @throws InvalidPresetException when there is a mistake in it, or something that no mirror can
   *     have
   * @throws IOException when it cannot be read
   */
  public static ReadySet read(Path file, Wanted wanted) throws IOException, InvalidPresetException {
    var problems = new Problems(file.toString());
    ReadySet set;
    try {
      set = readByName(file, wanted);
    } catch (MalformedException e) {
      problems.add("", "", String.valueOf(e.getMessage()));
      throw problems.exception();
    }
    if (set.lines().isEmpty()) {
      problems.add("", "", "it asks for nothing on " + wanted.targets());
      throw problems.exception();
    }
    return set;
  }

  private static ReadySet readByName(Path file, Wanted wanted)
      throws IOException, InvalidPresetException {
    String name = String.valueOf(file.getFileName());
    if (name.matches("pylock\\.([^.]+\\.)?toml")) {
      return PylockFile.read(file, wanted);
    }
    return switch (name) {
      case "uv.lock" -> UvLock.read(file, wanted);
      case "poetry.lock" -> PoetryLock.read(file, wanted);
      case "pyproject.toml" -> ProjectFile.read(file, wanted);
      default -> requirements(file, name, wanted);
    };
  }

  private static ReadySet requirements(Path file, String name, Wanted wanted)
      throws IOException, InvalidPresetException {
    var problems = new Problems(file.toString());
    if (name.endsWith(".toml") || name.endsWith(".lock") || name.endsWith(".json")) {
      problems.add(
          "",
          "'" + name + "'",
          "a file of this kind is not read: accepted are pylock.toml, pylock.NAME.toml, uv.lock,"
              + " poetry.lock, pyproject.toml, and requirements files by any other name");
    }
    if (!wanted.extras().isEmpty() || !wanted.groups().isEmpty()) {
      problems.add(
          "", "", "a requirements file has no extras or groups: leave out --extra and --group");
    }
    problems.throwIfAny();
    return RequirementsFile.read(file, wanted);
  }
}
