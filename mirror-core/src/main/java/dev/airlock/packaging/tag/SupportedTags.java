package dev.airlock.packaging.tag;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tags that one CPython on one platform supports, the most specific first: the order of {@code
 * packaging.tags.sys_tags()}, by which pip and uv choose among the wheels of a version.
 */
public final class SupportedTags {
  /** Python 3.2 had the first stable ABI. */
  private static final int FIRST_STABLE_ABI = 2;

  /** Up to Python 3.7 the ABI tag told of pymalloc: {@code cp37m}. */
  private static final int FIRST_WITHOUT_FLAG = 8;

  private final List<Tag> tags;
  private final Map<Tag, Integer> ranks;

  private SupportedTags(Collection<Tag> tags) {
    this.tags = List.copyOf(tags);
    this.ranks = HashMap.newHashMap(tags.size());
    for (Tag tag : this.tags) {
      ranks.put(tag, ranks.size());
    }
  }

  /**
   * The tags of a CPython.
   *
   * @param major the first number of its version
   * @param minor the second number of its version
   * @param freeThreaded whether it is a free-threaded build, {@code 3.13t}
   * @param platform the platform it runs on
   */
  public static SupportedTags cpython(
      int major, int minor, boolean freeThreaded, Platform platform) {
    String interpreter = "cp" + major + minor;
    String abi = interpreter + (freeThreaded ? "t" : minor < FIRST_WITHOUT_FLAG ? "m" : "");
    Set<Tag> tags = new LinkedHashSet<>();
    add(tags, interpreter, abi, platform);
    String stableAbi = freeThreaded ? "abi3t" : "abi3";
    if (minor >= FIRST_STABLE_ABI) {
      add(tags, interpreter, stableAbi, platform);
    }
    add(tags, interpreter, "none", platform);
    for (int older = minor - 1; older >= FIRST_STABLE_ABI; older--) {
      add(tags, "cp" + major + older, stableAbi, platform);
    }
    for (String version : pythonTags(major, minor)) {
      add(tags, version, "none", platform);
    }
    tags.add(new Tag(interpreter, "none", "any"));
    for (String version : pythonTags(major, minor)) {
      tags.add(new Tag(version, "none", "any"));
    }
    return new SupportedTags(tags);
  }

  private static void add(Set<Tag> tags, String interpreter, String abi, Platform platform) {
    for (String platformTag : platform.tags()) {
      tags.add(new Tag(interpreter, abi, platformTag));
    }
  }

  private static List<String> pythonTags(int major, int minor) {
    var versions = new ArrayList<String>();
    versions.add("py" + major + minor);
    versions.add("py" + major);
    for (int older = minor - 1; older >= 0; older--) {
      versions.add("py" + major + older);
    }
    return versions;
  }

  /** The tags, the most specific first. */
  public List<Tag> tags() {
    return tags;
  }

  /**
   * The place of the best of some tags in this list, 0 being the best; empty when none is
   * supported.
   */
  public OptionalInt rank(Collection<Tag> wheelTags) {
    return wheelTags.stream()
        .map(ranks::get)
        .filter(rank -> rank != null)
        .mapToInt(Integer::intValue)
        .min();
  }
}
