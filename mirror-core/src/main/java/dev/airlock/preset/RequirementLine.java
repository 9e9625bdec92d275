package dev.airlock.preset;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.marker.Requirement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of a requirements file: a requirement, and the digests that its files may have.
 *
 * @param requirement what is required
 * @param hashes the digests given by {@code --hash}; none: any file will do
 * @see <a href="https://pip.pypa.io/en/stable/topics/secure-installs/">Secure installs</a>
 */
public record RequirementLine(Requirement requirement, List<Digest> hashes) {
  private static final Pattern HASH = Pattern.compile("\\s--hash(?:\\s*=\\s*|\\s+)(\\S+)");

  /** The algorithms that pip accepts: those that nobody can forge. */
  private static final Set<Algorithm> STRONG =
      EnumSet.of(Algorithm.SHA256, Algorithm.SHA384, Algorithm.SHA512);

  /** Copies the digests. */
  public RequirementLine {
    hashes = List.copyOf(hashes);
  }

  /**
   * Reads a line without comments, such as {@code numpy==1.23.1 --hash=sha256:…}.
   *
   * @throws IllegalArgumentException when it is none, or requires an address
   */
  public static RequirementLine parse(String line) {
    Matcher matcher = HASH.matcher(line);
    var hashes = new ArrayList<Digest>();
    while (matcher.find()) {
      hashes.add(hash(matcher.group(1)));
    }
    return new RequirementLine(PresetReader.requirement(matcher.replaceAll("").strip()), hashes);
  }

  /**
   * Reads the value of {@code --hash}.
   *
   * @throws IllegalArgumentException when it is none, or too weak
   */
  public static Digest hash(String text) {
    return Digest.parse(text.replaceFirst(":", "="))
        .filter(digest -> STRONG.contains(digest.algorithm()))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'"
                    + MalformedException.abridge(text)
                    + "' is no hash: accepted are sha256:, sha384: and sha512: with all their"
                    + " hexadecimal digits"));
  }

  /** The line as it is read. */
  @Override
  public String toString() {
    var text = new StringBuilder(requirement.toString());
    hashes.forEach(hash ->
        text.append(" --hash=").append(hash.algorithm().label()).append(':').append(hash.hex()));
    return text.toString();
  }
}
