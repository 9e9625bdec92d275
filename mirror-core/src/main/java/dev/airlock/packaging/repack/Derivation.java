package dev.airlock.packaging.repack;

import dev.airlock.digest.Sha256;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.version.SpecifierSet;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a repacked wheel is made of, and how: enough to make the same bytes again. It is written as
 * an address, that of the sdist with the rest behind {@code #}, so it stands wherever the address
 * of a file that was fetched would.
 *
 * @param source where the sdist is
 * @param sdist the name of the sdist
 * @param sha256 the digest of the sdist
 * @param recipe how the wheel is made
 */
public record Derivation(URI source, SdistFilename sdist, Sha256 sha256, Recipe recipe) {
  /** The version of the way in which wheels are made: another one makes other bytes. */
  public static final int FORMAT = 1;

  private static final String REPACK = "repack";
  private static final String SDIST = "sdist";
  private static final String SDIST_SHA256 = "sdist-sha256";
  private static final String REQUIRES_PYTHON = "requires-python";
  private static final String REQUIRES_DIST = "requires-dist";
  private static final String ROOT = "root";
  private static final String PACKAGE = "package";
  private static final String MODULE = "module";

  /** The address that stands for the wheel: that of the sdist, and how the wheel is made of it. */
  public URI address() {
    var text = new StringBuilder(source.toString()).append('#');
    text.append(REPACK).append('=').append(FORMAT);
    append(text, SDIST, sdist.text());
    append(text, SDIST_SHA256, sha256.hex());
    if (!recipe.requiresPython().isAny()) {
      append(text, REQUIRES_PYTHON, recipe.requiresPython().toString());
    }
    recipe
        .requiresDist()
        .forEach(requirement -> append(text, REQUIRES_DIST, requirement.toString()));
    recipe.root().ifPresent(root -> append(text, ROOT, root));
    recipe.packages().forEach(name -> append(text, PACKAGE, name));
    recipe.modules().forEach(name -> append(text, MODULE, name));
    return URI.create(text.toString());
  }

  private static void append(StringBuilder text, String key, String value) {
    text.append('&')
        .append(key)
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20"));
  }

  /**
   * Reads what an address says of a file.
   *
   * @param address the address of the file
   * @param file the file's name
   * @return empty for a file that is fetched as it is
   * @throws MalformedException when the file was repacked, and how is not understood
   */
  public static Optional<Derivation> of(URI address, DistributionFilename file) {
    String text = address.toString();
    int hash = text.indexOf('#');
    if (hash < 0 || !text.startsWith(REPACK + "=", hash + 1)) {
      return Optional.empty();
    }
    Map<String, List<String>> values = values(text.substring(hash + 1));
    if (!all(values, REPACK).equals(List.of(String.valueOf(FORMAT)))) {
      throw malformed(text, "format " + FORMAT + " is understood; a newer Airlock wrote it");
    }
    var recipe =
        new Recipe(
            file.project(),
            file.version(),
            SpecifierSet.parse(first(values, REQUIRES_PYTHON).orElse("")),
            all(values, REQUIRES_DIST).stream().map(Requirement::parse).toList(),
            first(values, ROOT),
            all(values, PACKAGE),
            all(values, MODULE));
    return Optional.of(
        new Derivation(
            URI.create(text.substring(0, hash)),
            SdistFilename.parse(required(values, SDIST, text), file.project()),
            new Sha256(required(values, SDIST_SHA256, text)),
            recipe));
  }

  private static Map<String, List<String>> values(String fragment) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String pair : fragment.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        values
            .computeIfAbsent(pair.substring(0, equals), _ -> new ArrayList<>())
            .add(URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return values;
  }

  private static List<String> all(Map<String, List<String>> values, String key) {
    return values.getOrDefault(key, List.of());
  }

  private static Optional<String> first(Map<String, List<String>> values, String key) {
    return all(values, key).stream().findFirst();
  }

  private static String required(Map<String, List<String>> values, String key, String text) {
    return first(values, key).orElseThrow(() -> malformed(text, key + " is missing"));
  }

  private static MalformedException malformed(String text, String rule) {
    return new MalformedException("address of a repacked wheel", text, rule);
  }

  /** The same with the sdist at another address. */
  public Derivation movedTo(URI address) {
    return new Derivation(address, sdist, sha256, recipe);
  }

  /**
   * Whether another one makes the same bytes: of the same sdist, wherever it is, in the same way.
   */
  public boolean makesTheSameAs(Derivation other) {
    return sha256.equals(other.sha256)
        && sdist.text().equals(other.sdist.text())
        && recipe.equals(other.recipe);
  }
}
