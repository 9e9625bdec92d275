package dev.airlock.readyset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.GroupName;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A folder with ready sets, and what they are read for. */
final class ReadySets {
  private final Path folder;
  private final List<Target> targets = new ArrayList<>();
  private final Set<ExtraName> extras = new HashSet<>();
  private final Set<GroupName> groups = new HashSet<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, URI> indexes = new HashMap<>();
  private boolean defaultGroups = true;

  ReadySets(Path folder) {
    this.folder = folder;
  }

  ReadySets file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, text);
    return this;
  }

  ReadySets on(String target) {
    targets.add(Target.parse(target));
    return this;
  }

  ReadySets extra(String extra) {
    extras.add(new ExtraName(extra));
    return this;
  }

  ReadySets group(String group) {
    groups.add(new GroupName(group));
    return this;
  }

  ReadySets noDefaultGroups() {
    defaultGroups = false;
    return this;
  }

  ReadySets variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Knows the address of an index by its key. */
  ReadySets index(String key, URI address) {
    indexes.put(key, address);
    return this;
  }

  /** Reads one, and makes sure that its preset is one that can be read. */
  ReadySet read(String name) throws IOException, InvalidPresetException {
    List<Target> on =
        targets.isEmpty() ? List.of(Target.parse("cp310-manylinux_2_35_x86_64")) : targets;
    ReadySet set =
        ReadySetReader.read(
            folder.resolve(name),
            new Wanted(
                on,
                extras,
                groups,
                defaultGroups,
                environment,
                key -> Optional.ofNullable(indexes.get(key))));
    PresetBundle bundle = PresetBundle.read(PresetText.of(set, "one", "app/" + name, on));
    assertThat(bundle.preset().targets()).isEqualTo(on);
    assertThat(bundle.preset().roots()).hasSameSizeAs(set.lines());
    return set;
  }

  List<String> lines(String name) throws IOException, InvalidPresetException {
    return lines(read(name));
  }

  static List<String> lines(ReadySet set) {
    return set.lines().stream().map(line -> line.content().toString()).toList();
  }

  List<String> problems(String name) throws IOException {
    try {
      return fail("read " + lines(name));
    } catch (InvalidPresetException e) {
      return e.problems().stream()
          .map(problem -> problem.toString().replace(folder + "/", ""))
          .toList();
    }
  }

  static String hash(char digit) {
    return "sha256:" + String.valueOf(digit).repeat(64);
  }
}
