package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands in random order on presets that share names, while their index rebuilds files, adds
 * versions and takes some away. Whatever a command does, every preset that was complete before is
 * complete afterwards, unless the command has named it.
 */
class InterleavingsTest {
  private static final int STEPS = 20;
  private static final List<String> PRESETS = List.of("one", "two", "three");
  private static final List<String> LEAVES = List.of("leaf", "twig", "bud");
  private static final String TARGET = "cp311-manylinux_2_28_x86_64";

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private FakeIndex pypi;

  @SuppressWarnings("NullAway.Init")
  private Tool tool;

  private int builds;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    tool = new Tool(directory);
    LEAVES.forEach(this::rebuild);
    pypi.add(wheel("app", "1.0").requires("leaf").requires("twig"));
    pypi.add(wheel("tool", "1.0").requires("leaf").requires("bud"));
    tool.preset("one", preset("one", pypi.simple()).packages("app", "1.0").json());
    tool.preset("two", preset("two", pypi.simple()).packages("tool", "1.0").json());
    tool.preset(
        "three", preset("three", pypi.simple()).packages("app", "1.0", "tool", "1.0").json());
    Files.writeString(directory.resolve("set.txt"), "-i " + pypi.simple() + "\ntwig\nbud\n");
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  /** Other bytes under the same name. */
  private void rebuild(String project) {
    pypi.add(build(project, "1.0"));
  }

  private WheelBuilder build(String project, String version) {
    return wheel(project, version).header("Summary: build " + builds++);
  }

  /** As if all that is there had been used long ago: the clock of the commands is at the epoch. */
  private void age() throws IOException {
    try (var files = Files.walk(tool.store)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.minusSeconds(1_000_000)));
      }
    }
  }

  private List<String> complete() throws IOException {
    var complete = new ArrayList<String>();
    for (String preset : held()) {
      if (tool.run("check", preset) == 0) {
        complete.add(preset);
      }
    }
    return complete;
  }

  private Set<String> held() throws IOException {
    var names = new TreeSet<String>();
    Path presets = tool.store.resolve("presets");
    if (Files.isDirectory(presets)) {
      try (var documents = Files.list(presets)) {
        documents
            .map(path -> String.valueOf(path.getFileName()))
            .filter(name -> name.endsWith(".json"))
            .forEach(name -> names.add(name.replace(".json", "")));
      }
    }
    return names;
  }

  /** The next command. Before it, the index may change. */
  private List<String> next(Random random) throws IOException {
    String leaf = LEAVES.get(random.nextInt(LEAVES.size()));
    switch (random.nextInt(4)) {
      case 0 -> rebuild(leaf);
      case 1 -> pypi.add(build(leaf, "1." + (1 + random.nextInt(3))));
      default -> {
        // It stays as it is.
      }
    }
    String preset = PRESETS.get(random.nextInt(PRESETS.size()));
    if (random.nextInt(3) == 0 && Files.isDirectory(tool.store)) {
      age();
    }
    return switch (random.nextInt(14)) {
      case 0, 1, 2 -> List.of("sync", preset);
      case 3, 4 -> List.of("sync", preset, "--upgrade");
      case 5 -> List.of("sync", preset, "--verify");
      case 6 -> List.of("sync", "--from", "set.txt", "--target", TARGET);
      case 7, 8 -> List.of("rm", preset);
      case 9 -> List.of("gc", "--grace", "0");
      case 10 -> List.of("gc", "--unlocked", "--grace", "0");
      case 11 -> List.of("gc", "--quota", "0");
      case 12 -> List.of("repair");
      default -> List.of("repair", "--offline");
    };
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void leaveEveryPresetCompleteThatWasAndIsNotNamed(long seed) throws IOException {
    var random = new Random(seed);
    var history = new ArrayList<String>();
    assertThat(tool.run("sync", "one")).as(tool.err()).isZero();
    for (int step = 0; step < STEPS; step++) {
      List<String> before = complete();
      List<String> command = next(random);
      int code = tool.run(command.toArray(String[]::new));
      String said = tool.out() + tool.err();
      history.add(String.join(" ", command) + " -> " + code);
      List<String> after = complete();
      assertThat(before)
          .as("%s said: %s", history, said)
          .allMatch(preset -> after.contains(preset) || names(command, said, preset));
    }
    assertThat(tool.run("verify")).as("%s: %s", history, tool.err()).isZero();
  }

  /** Whether a command that takes a preset away, or cannot complete it, says which one it is. */
  private static boolean names(List<String> command, String said, String preset) {
    boolean isRemoved = command.getFirst().equals("rm") && command.contains(preset);
    return isRemoved || said.contains(preset + " is NOT complete");
  }
}
