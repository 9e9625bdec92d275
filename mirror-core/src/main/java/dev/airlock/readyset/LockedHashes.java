package dev.airlock.readyset;

import dev.airlock.digest.Digest;
import dev.airlock.preset.RequirementLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Gathers the digests of the files of one locked version. They are of use only where every file has
 * one: a file without could not be told from a wrong one.
 */
final class LockedHashes {
  private static final Pattern STRONG = Pattern.compile("sha(256|384|512)");

  private final List<Digest> digests = new ArrayList<>();
  private boolean allHave = true;

  /**
   * Takes the {@code hash} of a file, such as {@code sha256:…}; one that is weak does not count.
   */
  void add(Table file) {
    Optional<Digest> digest =
        file.text("hash").filter(text -> STRONG.matcher(text).lookingAt()).isPresent()
            ? file.parsed("hash", RequirementLine::hash)
            : Optional.empty();
    digest.ifPresent(digests::add);
    allHave &= digest.isPresent();
  }

  /** Takes the {@code hashes} of a file, a table by algorithm; those that are weak do not count. */
  void addAll(Table file) {
    Table hashes = file.table("hashes");
    List<Digest> strong = new ArrayList<>();
    for (String algorithm : hashes.keys()) {
      if (STRONG.matcher(algorithm).matches()) {
        hashes
            .parsed(algorithm, hex -> RequirementLine.hash(algorithm + ":" + hex))
            .ifPresent(strong::add);
      }
    }
    digests.addAll(strong);
    allHave &= !strong.isEmpty();
  }

  List<Digest> digests() {
    return allHave ? List.copyOf(digests) : List.of();
  }
}
