package dev.airlock.tool.command;

import dev.airlock.lock.Lock;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The arguments of commands that solve a preset: which one, what of an earlier lock is kept, and up
 * to which time files count. The first name is always the preset, so that {@code --upgrade} takes
 * none for itself.
 */
final class SolveOptions {
  /** What the commands without these options do. */
  static final SolveOptions NONE = new SolveOptions();

  @Option(
      names = "--upgrade",
      description =
          "Solve for the newest versions, whatever the lock says. With projects behind PRESET only"
              + " these move, and what has to move with them: PRESET --upgrade torch.")
  private boolean upgrade;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private String preset = "";

  @Parameters(
      index = "1..*",
      paramLabel = "PROJECT",
      description = "With --upgrade: the projects that move.")
  private List<String> behindPreset = new ArrayList<>();

  @Option(
      names = {"-P", "--upgrade-package"},
      paramLabel = "PROJECT",
      description = "The same as --upgrade with this project. May be given several times.")
  private List<String> upgraded = new ArrayList<>();

  @Option(
      names = "--exclude-newer",
      paramLabel = "WHEN",
      description =
          "Solve as of this time, instead of the preset's exclude_newer: 2024-06-30T12:00:00Z, a"
              + " date (its end, UTC), or an age such as '7 days' or P7D. Files of which the index"
              + " states no time are admitted.")
  private @Nullable String excludeNewer;

  /** The preset: its name or a path; empty where none was given. */
  String preset() {
    return preset;
  }

  /** Whether everything moves. */
  boolean upgradesAll() {
    return upgrade && behindPreset.isEmpty() && upgraded.isEmpty();
  }

  /**
   * The projects that move; none where all do, or where everything keeps its version.
   *
   * @param lock the earlier lock, which has to have them
   */
  Set<ProjectName> upgraded(Optional<Lock> lock, String preset) throws CommandException {
    if (!upgrade && !behindPreset.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          "'"
              + behindPreset.getFirst()
              + "' stands behind the preset: one preset is accepted, and with --upgrade the"
              + " projects that move");
    }
    var projects = new TreeSet<ProjectName>();
    for (String name : Stream.concat(behindPreset.stream(), upgraded.stream()).toList()) {
      projects.add(project(name));
    }
    for (ProjectName project : projects) {
      if (lock.isEmpty()) {
        throw new CommandException(
            ExitCode.USAGE,
            "--upgrade "
                + project
                + ": "
                + preset
                + " has no lock yet that it could move in; without --upgrade everything is new");
      }
      if (lock.get().of(project).isEmpty()) {
        throw new CommandException(
            ExitCode.USAGE,
            "--upgrade "
                + project
                + ": the lock of "
                + preset
                + " has no such project; `airlock tree "
                + preset
                + "` shows what it has");
      }
    }
    return projects;
  }

  private static ProjectName project(String name) throws CommandException {
    try {
      return new ProjectName(name);
    } catch (MalformedException e) {
      throw new CommandException(ExitCode.USAGE, "--upgrade " + name + ": " + e.getMessage());
    }
  }

  /** The time after which uploads are passed over, where one was given. */
  Optional<Instant> excludeNewer(InstantSource clock) throws CommandException {
    if (excludeNewer == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Cutoff.parse(excludeNewer, clock));
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCode.USAGE, "--exclude-newer '" + excludeNewer + "': " + e.getMessage());
    }
  }
}
