package dev.airlock.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which package may use which. Packages live on floors; a package uses only what is on lower
 * floors, never what is beside it. All names are below {@code dev.airlock}.
 *
 * @param floors from the ground up; a package that is not there yet may already be named
 */
public record FloorPlan(List<Set<String>> floors) {
  /** The package all others are below. */
  public static final String ROOT = "dev.airlock";

  /** Everything true of Python packages and of our store. */
  public static final FloorPlan CORE =
      new FloorPlan(
          List.of(
              Set.of("packaging", "digest", "files", "progress", "program"),
              Set.of("packaging.name", "packaging.version", "packaging.tag"),
              Set.of("packaging.marker", "packaging.filename"),
              Set.of("packaging.metadata", "packaging.target", "packaging.repack"),
              Set.of("archive", "index", "lock", "preset", "resolve", "store"),
              Set.of("upstream", "catalog", "closure", "readyset", "ledger"),
              Set.of("fetch", "routing"),
              Set.of("sync", "bundle", "export", "rehearsal", "upkeep")));

  /**
   * The server's roof. The tool is not on this plan, so to use it is to use a package on no floor.
   */
  public static final FloorPlan SERVER =
      CORE.under(
          List.of(
              Set.of("server.http"),
              Set.of("server.pullthrough"),
              Set.of("server.simple", "server.ui", "server.metrics"),
              Set.of("server.routes"),
              Set.of("server")));

  /** The tool's roof. */
  public static final FloorPlan TOOL =
      CORE.under(List.of(Set.of("tool.terminal"), Set.of("tool.command"), Set.of("tool")));

  /** Libraries that only some packages may know, by the prefix of the library's packages. */
  public static final Map<String, Set<String>> LIBRARIES =
      Map.of(
          "okhttp3", Set.of("upstream"),
          "okio", Set.of("upstream"),
          "io.undertow", Set.of("server.http"),
          "org.xnio", Set.of("server.http"),
          "picocli", Set.of("server", "tool", "tool.command", "tool.terminal"));

  /** One package using another; both with their full names. */
  public record Use(String from, String to) {}

  /** What is wrong with these packages and their uses, as sentences; empty when all is well. */
  public List<String> problems(Set<String> packages, Set<Use> uses) {
    return Stream.concat(
            packages.stream()
                .filter(name -> floorOf(name) < 0)
                .map(name -> name + " is on no floor of the plan"),
            uses.stream()
                .filter(use -> !use.from().equals(use.to()))
                .flatMap(use -> problem(use).stream()))
        .distinct()
        .sorted()
        .toList();
  }

  private List<String> problem(Use use) {
    if (!isOurs(use.to())) {
      return LIBRARIES.entrySet().stream()
          .filter(library -> isBelow(library.getKey(), use.to()))
          .filter(library -> !library.getValue().contains(shortName(use.from())))
          .map(library -> use.from() + " must not use the library " + library.getKey())
          .toList();
    }
    int from = floorOf(use.from());
    int to = floorOf(use.to());
    if (to < 0) {
      return List.of(use.from() + " uses " + use.to() + ", which is on no floor of its plan");
    }
    if (from < 0 || to < from) {
      return List.of();
    }
    if (to > from) {
      return List.of(use.from() + " uses " + use.to() + " above it");
    }
    return List.of(use.from() + " uses " + use.to() + " beside it");
  }

  /** Whether a call from one package to another stays in it or goes to a lower floor. */
  boolean isDown(String from, String to) {
    return from.equals(to) || (floorOf(to) >= 0 && floorOf(to) < floorOf(from));
  }

  /** The number of the floor, from 0 at the ground, or -1. */
  private int floorOf(String packageName) {
    for (int i = 0; i < floors.size(); i++) {
      if (isOurs(packageName) && floors.get(i).contains(shortName(packageName))) {
        return i;
      }
    }
    return -1;
  }

  private FloorPlan under(List<Set<String>> roof) {
    List<Set<String>> all = new ArrayList<>(floors);
    all.addAll(roof);
    return new FloorPlan(List.copyOf(all));
  }

  private static boolean isOurs(String packageName) {
    return isBelow(ROOT, packageName);
  }

  private static boolean isBelow(String prefix, String packageName) {
    return packageName.equals(prefix) || packageName.startsWith(prefix + ".");
  }

  static String shortName(String packageName) {
    return isOurs(packageName) && !packageName.equals(ROOT)
        ? packageName.substring(ROOT.length() + 1)
        : packageName;
  }
}
