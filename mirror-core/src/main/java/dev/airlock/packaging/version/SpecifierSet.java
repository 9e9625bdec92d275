package dev.airlock.packaging.version;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.Spaces;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A version specifier: clauses that all have to hold, in the order written. Without clauses it
 * admits every version.
 *
 * @param clauses the clauses
 */
public record SpecifierSet(List<Specifier> clauses) {
  /** The specifier that admits every version. */
  public static final SpecifierSet ANY = new SpecifierSet(List.of());

  /** Takes the clauses as they are. */
  public SpecifierSet {
    clauses = List.copyOf(clauses);
  }

  /**
   * Reads clauses separated by commas; a trailing comma is allowed, as {@code packaging} allows it.
   *
   * @throws MalformedException when a clause is not one
   */
  public static SpecifierSet parse(String text) {
    var clauses = new ArrayList<Specifier>();
    for (String clause : text.split(",", -1)) {
      if (!Spaces.strip(clause).isEmpty()) {
        clauses.add(Specifier.parse(clause));
      }
    }
    return new SpecifierSet(clauses);
  }

  /** The specifier that admits one version and its local versions. */
  public static SpecifierSet exactly(Version version) {
    return new SpecifierSet(List.of(Specifier.exactly(version)));
  }

  /**
   * The specifier that admits one version and none of its local versions. Where the version has no
   * local label itself, the clause is {@code ===}, which compares the spelling too: {@code ===1.0}
   * does not admit {@code 1.0.0}.
   */
  public static SpecifierSet only(Version version) {
    return version.hasLocal()
        ? exactly(version)
        : new SpecifierSet(List.of(Specifier.identical(version)));
  }

  /** Whether a version satisfies every clause. Pre-releases are compared like all others. */
  public boolean contains(Version version) {
    for (Specifier clause : clauses) {
      if (!clause.contains(version)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether some clause names a pre-release, by which the whole specifier asks for pre-releases.
   */
  public boolean asksForPrereleases() {
    return clauses.stream().anyMatch(Specifier::asksForPrereleases);
  }

  /** Whether some clause pins one version, by which a yanked version may be chosen (PEP 592). */
  public boolean isPin() {
    return clauses.stream().anyMatch(Specifier::isPin);
  }

  /** Whether every version is admitted. */
  public boolean isAny() {
    return clauses.isEmpty();
  }

  /** Both specifiers at once. */
  public SpecifierSet and(SpecifierSet other) {
    var all = new LinkedHashSet<>(clauses);
    all.addAll(other.clauses);
    return new SpecifierSet(List.copyOf(all));
  }

  @Override
  public String toString() {
    return clauses.stream().map(Specifier::toString).collect(Collectors.joining(","));
  }
}
