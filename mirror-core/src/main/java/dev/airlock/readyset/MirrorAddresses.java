package dev.airlock.readyset;

import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.readyset.ReadySet.NamedIndex;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells which index is behind the addresses that a lock has from an Airlock mirror. They are known
 * by their form and the file's digest, whatever the host:
 *
 * <pre>ROOT/files/KEY/PROJECT/SHA256/FILENAME
 * ROOT/index/KEY/simple/</pre>
 *
 * <p>KEY is the identity of the index in stores. Older mirrors leave the digest out of the address
 * of a file.
 */
final class MirrorAddresses {
  private static final Pattern KEY = Pattern.compile("[a-z0-9][a-z0-9._-]{0,119}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern STRONG = Pattern.compile("sha(256|384|512)");
  private static final Pattern PYTORCH =
      Pattern.compile("download\\.pytorch\\.org-whl(?:-(nightly|test))?(?:-([a-z0-9._]+))?");

  /** An old address has no digest to know it by, so its key has to be that of some host. */
  private static final Pattern OF_SOME_HOST = Pattern.compile(".*(\\..*|-[0-9a-f]{8})");

  private final Path folder;
  private final Function<String, Optional<URI>> known;
  private final List<String> notes;
  private final Map<Origin, NamedIndex> indexes = new HashMap<>();
  private final Map<URI, URI> asked = new LinkedHashMap<>();

  /** An index at a mirror. */
  private record Origin(String root, String key) {
    String page() {
      return root + "index/" + key + "/simple/";
    }
  }

  /**
   * What is behind mirrors.
   *
   * @param folder where the lock lies
   * @param known the declared addresses of indexes, by their keys
   * @param notes gets a sentence on each index at a mirror
   */
  MirrorAddresses(Path folder, Function<String, Optional<URI>> known, List<String> notes) {
    this.folder = folder;
    this.known = known;
    this.notes = notes;
  }

  /** What is asked on this machine in place of the indexes found so far, by declared address. */
  Map<URI, URI> asked() {
    return asked;
  }

  /**
   * The index behind the addresses of the files of a locked version; empty where one of them is not
   * a mirror's.
   *
   * @param files the files, with {@code url} and {@code hash} or {@code hashes}
   */
  Optional<NamedIndex> behind(ProjectName project, List<Table> files) {
    Set<Optional<Origin>> origins = new HashSet<>();
    for (Table file : files) {
      String url = file.node().path("url").asText("");
      if (!url.isEmpty()) {
        origins.add(origin(url, project, file));
      }
    }
    return origins.size() == 1
        ? origins.iterator().next().map(origin -> indexes.computeIfAbsent(origin, this::index))
        : Optional.empty();
  }

  /** The index behind the address of an index; empty where it is not a mirror's. */
  Optional<NamedIndex> behind(URI page) {
    String[] parts = (page + "/").replaceFirst("//$", "/").split("/", -1);
    int key = parts.length - 3;
    if (key < 4 || !parts[key - 1].equals("index") || !parts[key + 1].equals("simple")) {
      return Optional.empty();
    }
    var origin = new Origin(root(parts, key - 1), parts[key]);
    return isOne(origin) && address(origin.key()).isPresent()
        ? Optional.of(indexes.computeIfAbsent(origin, this::index))
        : Optional.empty();
  }

  private Optional<Origin> origin(String url, ProjectName project, Table file) {
    String[] parts = url.replaceFirst("[?#].*", "").split("/", -1);
    int name = parts.length - 1;
    boolean hasDigest = name > 0 && SHA256.matcher(parts[name - 1]).matches();
    int key = name - (hasDigest ? 3 : 2);
    if (key < 4 || !parts[key - 1].equals("files") || !parts[key + 1].equals(project.value())) {
      return Optional.empty();
    }
    boolean asStated =
        hasDigest
            ? sha256(file).equals(parts[name - 1])
            : hasDigest(file) && OF_SOME_HOST.matcher(parts[key]).matches();
    return Optional.of(new Origin(root(parts, key - 1), parts[key]))
        .filter(origin -> asStated && isOne(origin) && isFileOf(project, parts[name]));
  }

  private static String root(String[] parts, int end) {
    return String.join("/", Arrays.copyOf(parts, end)) + "/";
  }

  private boolean isOne(Origin origin) {
    if (!origin.root().startsWith("http://") && !origin.root().startsWith("https://")) {
      return false;
    }
    try {
      IndexAddresses.read(origin.root(), folder, new ArrayList<>());
      return KEY.matcher(origin.key()).matches();
    } catch (IllegalArgumentException noAddress) {
      return false;
    }
  }

  private static boolean isFileOf(ProjectName project, String encoded) {
    try {
      return DistributionFilename.of(PylockFile.decoded(encoded), project).isPresent();
    } catch (IllegalArgumentException notEncoded) {
      return false;
    }
  }

  private static String sha256(Table file) {
    String hash = file.node().path("hash").asText("");
    return hash.startsWith("sha256:")
        ? hash.substring("sha256:".length())
        : file.node().path("hashes").path("sha256").asText("");
  }

  private static boolean hasDigest(Table file) {
    return Stream.concat(
            Stream.of(file.node().path("hash").asText("").replaceFirst(":.*", "")),
            file.table("hashes").keys().stream())
        .anyMatch(algorithm -> STRONG.matcher(algorithm).matches());
  }

  private NamedIndex index(Origin origin) {
    URI root = IndexAddresses.read(origin.root(), folder, notes);
    URI page = URI.create(new Origin(root.toString(), origin.key()).page());
    Optional<URI> declared = address(origin.key());
    if (declared.isEmpty()) {
      notes.add(
          "it names files at the mirror "
              + root
              + ", and nothing here tells the address of the index that is '"
              + origin.key()
              + "' there: "
              + page
              + " counts as that index. If you have a preset that declares the index, put it into"
              + " ./presets and run this again");
      return new NamedIndex("", page);
    }
    URI first = asked.computeIfAbsent(declared.get(), _ -> page);
    notes.add(
        "it names files at the mirror "
            + root
            + ", and is read as a lock of the index behind that, "
            + declared.get()
            + (first.equals(page) ? "" : ", for which another mirror stands already: " + first));
    return new NamedIndex(NamedIndex.PYPI.isAt(declared.get()) ? "pypi" : "", declared.get());
  }

  private Optional<URI> address(String key) {
    if (key.equals("pypi.org-simple")) {
      return Optional.of(NamedIndex.PYPI.url());
    }
    if (key.equals("pypi.nvidia.com")) {
      return Optional.of(URI.create("https://pypi.nvidia.com/"));
    }
    Matcher pytorch = PYTORCH.matcher(key);
    if (pytorch.matches()) {
      return Optional.of(
          URI.create(
              "https://download.pytorch.org/whl"
                  + (pytorch.group(1) == null ? "" : "/" + pytorch.group(1))
                  + (pytorch.group(2) == null ? "" : "/" + pytorch.group(2))));
    }
    return known.apply(key);
  }
}
