package dev.airlock.lock;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.target.Target;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code pylock.toml}. The same lock gives the same bytes: fixed order of keys and packages,
 * no time, no version of this program.
 */
public final class LockWriter {
  private static final String LOCK_VERSION = "1.0";

  private final StringBuilder toml = new StringBuilder();

  private LockWriter() {}

  /** The text of a lock file. */
  public static String write(Lock lock) {
    return new LockWriter().document(lock);
  }

  private String document(Lock lock) {
    toml.append(
        "# Written by airlock: change preset.json and run `airlock lock` rather than editing this"
            + " file.\n");
    pair("lock-version", LOCK_VERSION);
    list("environments", lock.targets().stream().map(Target::marker).distinct().toList());
    boolean builds =
        lock.packages().stream().anyMatch(locked -> locked.role() == LockedPackage.Role.BUILD);
    if (builds) {
      list("dependency-groups", List.of(LockReader.BUILD_GROUP));
      list("default-groups", List.of());
    }
    pair("created-by", "airlock");
    for (LockedPackage locked : lock.packages()) {
      locked(lock, locked);
    }
    toml.append("\n[tool.airlock]\n");
    pair("preset", lock.preset());
    pair("inputs", "sha256:" + lock.inputs());
    lock.excludeNewer()
        .ifPresent(time -> toml.append("exclude-newer = ").append(time).append('\n'));
    if (!lock.search().isEmpty()) {
      list("search", lock.search().stream().map(URI::toString).toList());
    }
    for (Target target : lock.targets()) {
      toml.append("\n[[tool.airlock.targets]]\n");
      pair("python", target.python());
      pair("platform", target.platform().toString());
    }
    return toml.toString();
  }

  private void locked(Lock lock, LockedPackage locked) {
    toml.append("\n[[packages]]\n");
    pair("name", locked.project().value());
    pair("version", locked.version().toString());
    String marker = marker(lock, locked);
    if (marker != null) {
      pair("marker", marker);
    }
    if (!locked.requiresPython().isAny()) {
      pair("requires-python", locked.requiresPython().toString());
    }
    pair("index", locked.index().toString());
    locked.sdist().ifPresent(sdist -> toml.append("sdist = ").append(file(sdist)).append('\n'));
    if (!locked.wheels().isEmpty()) {
      toml.append("wheels = [\n");
      locked.wheels().forEach(wheel -> toml.append("  ").append(file(wheel)).append(",\n"));
      toml.append("]\n");
    }
    toml.append("\n[packages.tool.airlock]\n");
    list("targets", locked.targets());
    list("requires", locked.dependencies().stream().map(Requirement::toString).toList());
    if (!locked.buildRequires().isEmpty()) {
      list("build-requires", locked.buildRequires().stream().map(Requirement::toString).toList());
    }
  }

  /**
   * The condition of a package: the build group, and the targets where not every target wants it.
   */
  private static @Nullable String marker(Lock lock, LockedPackage locked) {
    String group =
        locked.role() == LockedPackage.Role.BUILD
            ? "\"" + LockReader.BUILD_GROUP + "\" in dependency_groups"
            : null;
    if (locked.targets().size() == lock.targets().size()) {
      return group;
    }
    String wanted =
        lock.targets().stream()
            .filter(target -> locked.targets().contains(target.toString()))
            .map(Target::marker)
            .distinct()
            .collect(Collectors.joining(") or (", "(", ")"));
    return group == null ? wanted : group + " and (" + wanted + ")";
  }

  private static String file(LockedFile file) {
    var text = new StringBuilder("{name = ").append(quoted(file.name().text()));
    file.uploadTime().ifPresent(time -> text.append(", upload-time = ").append(time));
    return text.append(", url = ")
        .append(quoted(file.url().toString()))
        .append(", size = ")
        .append(file.size())
        .append(", hashes = {sha256 = ")
        .append(quoted(file.sha256().hex()))
        .append("}}")
        .toString();
  }

  private void pair(String key, String value) {
    toml.append(key).append(" = ").append(quoted(value)).append('\n');
  }

  private void list(String key, Collection<String> values) {
    toml.append(key)
        .append(
            values.stream()
                .map(LockWriter::quoted)
                .collect(Collectors.joining(", ", " = [", "]\n")));
  }

  /** A basic string of TOML. */
  private static String quoted(String text) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f) {
            quoted.append(String.format("\\u%04X", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
