package dev.airlock.tool.command;

import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tells whether all that a build downloaded and installed was sent by its mirror: what the
 * build said, and what the mirror's log says. {@code docker/install.sh} prints what it finds
 * installed in its first and its last step, and pip each file that it downloads, of which it checks
 * length and digest.
 */
final class BuildProof {
  private static final Pattern FOUND =
      Pattern.compile("airlock: (present|installed) ([A-Za-z0-9._-]+)==(\\S+)$");

  /**
   * A project in a version.
   *
   * @param name its name
   * @param version its version
   */
  record Installed(ProjectName name, Version version) {
    @Override
    public String toString() {
      return name + "==" + version;
    }
  }

  /** How pip names a file: by its address, or by the last part of it. */
  private static final Pattern DOWNLOADED =
      Pattern.compile("Downloading (?:\\S*/)?([^/\\s]+\\.(?:whl|tar\\.gz|zip))(?: \\(.*)?$");

  private final Set<String> downloaded = new LinkedHashSet<>();
  private final Map<Installed, Boolean> found = new LinkedHashMap<>();

  /** Reads a line that the build printed. */
  void read(String line) {
    Matcher file = DOWNLOADED.matcher(line.stripTrailing());
    if (file.find()) {
      downloaded.add(decoded(file.group(1)));
      return;
    }
    Matcher parts = FOUND.matcher(line.stripTrailing());
    if (!parts.find()) {
      return;
    }
    try {
      var one = new Installed(new ProjectName(parts.group(2)), Version.parse(parts.group(3)));
      found.merge(one, parts.group(1).equals("present"), Boolean::logicalOr);
    } catch (IllegalArgumentException notOurs) {
      // The line is another program's: of what is ours the form is known.
    }
  }

  /** A part of a path without its escapes; a plus stays one, and so does what is no escape. */
  static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException noEscape) {
      return part;
    }
  }

  /** What the build installed itself. Empty when its last step did not run. */
  List<Installed> installed() {
    return found.entrySet().stream().filter(one -> !one.getValue()).map(Map.Entry::getKey).toList();
  }

  /** What was installed and no file was sent of, and what was downloaded and not sent. */
  List<String> unsent(List<String> filenames) {
    var unsent = new ArrayList<String>();
    for (Installed one : installed()) {
      boolean sent =
          filenames.stream()
              .flatMap(name -> DistributionFilename.of(name, one.name()).stream())
              .map(DistributionFilename::version)
              .anyMatch(one.version()::equals);
      if (!sent) {
        unsent.add(one.toString());
      }
    }
    downloaded.stream().filter(file -> !filenames.contains(file)).forEach(unsent::add);
    return unsent;
  }

  /** The file that a line of the mirror's log says was sent. */
  static Optional<String> sent(String method, int status, String path) {
    boolean isFile =
        method.equals("GET")
            && status == 200
            && path.startsWith("/files/")
            && !path.endsWith(".metadata");
    return isFile ? Optional.of(path.substring(path.lastIndexOf('/') + 1)) : Optional.empty();
  }
}
