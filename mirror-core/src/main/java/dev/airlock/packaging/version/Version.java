package dev.airlock.packaging.version;

import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A version of a distribution, ordered as PEP 440 says. Versions are equal when they order the same
 * ({@code 1.0} and {@code 1.0.0}); {@link #toString()} is the normalised form and keeps the zeros
 * that were written.
 *
 * @see <a href="https://packaging.python.org/en/latest/specifications/version-specifiers/">Version
 *     specifiers</a>
 */
public final class Version implements Comparable<Version> {
  /** The phase of a pre-release, in their order. */
  public enum Phase {
    /** An alpha release, {@code a}. */
    ALPHA("a"),
    /** A beta release, {@code b}. */
    BETA("b"),
    /** A release candidate, {@code rc}. */
    CANDIDATE("rc");

    private final String label;

    Phase(String label) {
      this.label = label;
    }
  }

  /**
   * The pre-release part of a version, as in {@code 1.0rc2}.
   *
   * @param phase alpha, beta or release candidate
   * @param number the number behind the phase, 0 where none is written
   */
  public record Pre(Phase phase, BigInteger number) implements Comparable<Pre> {
    @Override
    public int compareTo(Pre other) {
      int byPhase = phase.compareTo(other.phase);
      return byPhase != 0 ? byPhase : number.compareTo(other.number);
    }

    @Override
    public String toString() {
      return phase.label + number;
    }
  }

  private final BigInteger epoch;
  private final List<BigInteger> release;
  private final @Nullable Pre pre;
  private final @Nullable BigInteger post;
  private final @Nullable BigInteger dev;
  private final List<String> local;

  Version(
      BigInteger epoch,
      List<BigInteger> release,
      @Nullable Pre pre,
      @Nullable BigInteger post,
      @Nullable BigInteger dev,
      List<String> local) {
    this.epoch = epoch;
    this.release = List.copyOf(release);
    this.pre = pre;
    this.post = post;
    this.dev = dev;
    this.local = List.copyOf(local);
  }

  /**
   * Reads a version in any of the spellings that PEP 440 allows.
   *
   * @throws dev.airlock.packaging.MalformedException when the text is no version
   */
  public static Version parse(String text) {
    return VersionParser.parse(text);
  }

  /** The epoch, 0 where none is written. */
  public BigInteger epoch() {
    return epoch;
  }

  /** The release segment, as written. */
  public List<BigInteger> release() {
    return release;
  }

  /** Whether this is an alpha, beta, candidate or developmental release. */
  public boolean isPrerelease() {
    return pre != null || dev != null;
  }

  /** Whether this is a post-release. */
  public boolean isPostrelease() {
    return post != null;
  }

  /** Whether this version carries a local version label, such as {@code +cu118}. */
  public boolean hasLocal() {
    return !local.isEmpty();
  }

  /** The local version label without its {@code +}, empty where there is none. */
  public String local() {
    return String.join(".", local);
  }

  /** This version without its local version label. */
  public Version withoutLocal() {
    return local.isEmpty() ? this : new Version(epoch, release, pre, post, dev, List.of());
  }

  /** Epoch and release segment alone: no pre, post, dev or local part. */
  public Version base() {
    return new Version(epoch, release, null, null, null, List.of());
  }

  /** Whether there is nothing but an epoch and numbers. */
  boolean isFinal() {
    return pre == null && post == null && dev == null && local.isEmpty();
  }

  /** The earliest version that counts as a pre-release of this one: its {@code .dev0}. */
  Version earliestPrerelease() {
    return new Version(epoch, release, pre, post, BigInteger.ZERO, List.of());
  }

  /** The version that this one is a post-release of. */
  Version withoutPost() {
    return new Version(epoch, release, pre, null, null, List.of());
  }

  @Override
  public int compareTo(Version other) {
    int order = epoch.compareTo(other.epoch);
    if (order == 0) {
      order = compareReleases(release, other.release);
    }
    if (order == 0) {
      order = comparePre(other);
    }
    if (order == 0) {
      order = compareAbsentFirst(post, other.post);
    }
    if (order == 0) {
      order = -compareAbsentFirst(negated(dev), negated(other.dev));
    }
    return order != 0 ? order : compareLocals(local, other.local);
  }

  private static int compareReleases(List<BigInteger> a, List<BigInteger> b) {
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      BigInteger left = i < a.size() ? a.get(i) : BigInteger.ZERO;
      BigInteger right = i < b.size() ? b.get(i) : BigInteger.ZERO;
      int order = left.compareTo(right);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /**
   * A dev release without pre and post parts comes before every pre-release; a final release comes
   * after them.
   */
  private int comparePre(Version other) {
    int rank = preRank();
    int order = Integer.compare(rank, other.preRank());
    return order == 0 && pre != null && other.pre != null ? pre.compareTo(other.pre) : order;
  }

  private int preRank() {
    if (pre != null) {
      return 1;
    }
    return post == null && dev != null ? 0 : 2;
  }

  private static @Nullable BigInteger negated(@Nullable BigInteger number) {
    return number == null ? null : number.negate();
  }

  private static int compareAbsentFirst(@Nullable BigInteger a, @Nullable BigInteger b) {
    if (a == null || b == null) {
      return Boolean.compare(a != null, b != null);
    }
    return a.compareTo(b);
  }

  private static int compareLocals(List<String> a, List<String> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int order = compareLocalSegments(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  private static int compareLocalSegments(String a, String b) {
    boolean numericA = isNumeric(a);
    boolean numericB = isNumeric(b);
    if (numericA && numericB) {
      return new BigInteger(a).compareTo(new BigInteger(b));
    }
    return numericA == numericB ? a.compareTo(b) : Boolean.compare(numericA, numericB);
  }

  private static boolean isNumeric(String segment) {
    return segment.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Version version && compareTo(version) == 0;
  }

  @Override
  public int hashCode() {
    int significant = release.size();
    while (significant > 0 && release.get(significant - 1).signum() == 0) {
      significant--;
    }
    return Objects.hash(epoch, release.subList(0, significant), pre, post, dev, local);
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    if (epoch.signum() != 0) {
      text.append(epoch).append('!');
    }
    text.append(release.stream().map(BigInteger::toString).collect(Collectors.joining(".")));
    if (pre != null) {
      text.append(pre);
    }
    if (post != null) {
      text.append(".post").append(post);
    }
    if (dev != null) {
      text.append(".dev").append(dev);
    }
    if (!local.isEmpty()) {
      text.append('+').append(local());
    }
    return text.toString();
  }
}
