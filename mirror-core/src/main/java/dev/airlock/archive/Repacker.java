package dev.airlock.archive;

import dev.airlock.packaging.repack.Derivation;
import dev.airlock.packaging.repack.Recipe;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes the wheel of a pure-Python sdist without running anything of it. The same sdist and recipe
 * give the same bytes on every machine.
 *
 * <p>Into the wheel go the packages and modules as they stand in the sdist, with all that lies
 * beside the code; the description and the other fields of {@code PKG-INFO}; the licences; entry
 * points where a file of the sdist states them. What {@code setup.py} would do besides is unknown.
 */
public final class Repacker {
  /** What needs a compiler, or was made by one. */
  private static final Pattern COMPILED =
      Pattern.compile(
          ".*\\.(c|cc|cpp|cxx|cu|pyx|pxd|f|f90|f95|for|rs|pyd|dll|dylib|so(\\.\\d+)*)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern BYTECODE = Pattern.compile("(.*/)?__pycache__/.*|.*\\.py[co]");
  private static final Pattern LICENCE =
      Pattern.compile("(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*", Pattern.CASE_INSENSITIVE);
  private static final String SCRIPT = "setup.py";
  private static final String INIT = "__init__.py";
  private static final String EXTENSION = ".py";
  private static final int SHOWN = 8;

  private final SdistTree tree;
  private final Derivation derivation;
  private final Recipe recipe;

  private Repacker(SdistTree tree, Derivation derivation) {
    this.tree = tree;
    this.derivation = derivation;
    this.recipe = derivation.recipe();
  }

  /**
   * The bytes of the wheel.
   *
   * @param sdist the bytes of the sdist; the stream stays open
   * @throws RepackException when it is not pure Python, or it is not clear what belongs into the
   *     wheel; the message says what to state
   * @throws MalformedArchiveException when the sdist is no whole archive
   */
  public static byte[] wheel(InputStream sdist, Derivation derivation) throws IOException {
    return new Repacker(SdistTree.read(sdist, derivation), derivation).wheel();
  }

  private byte[] wheel() throws IOException {
    requirePure();
    Contents contents = contents();
    NavigableMap<String, byte[]> installed = installed(contents);
    Optional<byte[]> pkgInfo = tree.file("PKG-INFO");
    Map<String, byte[]> licences = licences(pkgInfo);
    var wheel = new PureWheel(recipe.stem());
    installed.forEach(wheel::add);
    wheel.addInfo(
        "METADATA", RepackedMetadata.write(pkgInfo, derivation, List.copyOf(licences.keySet())));
    wheel.addInfo("WHEEL", PureWheel.description("airlock repack " + Derivation.FORMAT));
    EntryPoints.of(tree, derivation).ifPresent(text -> wheel.addInfo("entry_points.txt", text));
    wheel.addInfo("airlock.json", RepackedMetadata.origin(derivation, contents));
    licences.forEach((path, text) -> wheel.addInfo("licenses/" + path, text));
    return wheel.bytes();
  }

  private void requirePure() throws RepackException {
    List<String> compiled =
        tree.files().keySet().stream().filter(path -> COMPILED.matcher(path).matches()).toList();
    if (!compiled.isEmpty()) {
      throw new RepackException(
          derivation,
          "it has what is compiled, "
              + shown(compiled)
              + ", and only pure Python is repacked: take "
              + recipe.project()
              + " out of `repack`, and state its `dependency_metadata`");
    }
  }

  // --- what belongs into it

  /**
   * What goes into a wheel.
   *
   * @param root the folder that it is in; empty, or a path that ends with a slash
   * @param packages the import packages
   * @param modules the modules outside of packages
   */
  record Contents(String root, List<String> packages, List<String> modules) {
    boolean isEmpty() {
      return packages.isEmpty() && modules.isEmpty();
    }

    private String folder(String name) {
      return root + name + "/";
    }

    private String module(String name) {
      return root + name + EXTENSION;
    }
  }

  private Contents contents() throws RepackException {
    List<String> roots = recipe.root().map(root -> List.of(root + "/")).orElse(List.of("", "src/"));
    List<Contents> found = roots.stream().map(this::found).filter(c -> !c.isEmpty()).toList();
    if (recipe.packages().isEmpty() && recipe.modules().isEmpty()) {
      boolean isOne =
          found.size() == 1
              && found.getFirst().packages().size() + found.getFirst().modules().size() == 1;
      if (!isOne) {
        throw unclear(found, "state which of them belong into the wheel");
      }
      return found.getFirst();
    }
    for (String root : roots) {
      var stated = new Contents(root, recipe.packages(), recipe.modules());
      boolean isThere =
          stated.packages().stream().allMatch(name -> tree.hasFolder(stated.folder(name)))
              && stated.modules().stream()
                  .allMatch(name -> tree.files().containsKey(stated.module(name)));
      if (isThere) {
        return stated;
      }
    }
    throw unclear(
        found,
        Stream.concat(recipe.packages().stream(), recipe.modules().stream()).toList()
            + " is stated and not all there: correct it");
  }

  /** The packages and modules in a folder; what builds the sdist is none of them. */
  private Contents found(String root) {
    List<String> names =
        tree.files().tailMap(root).keySet().stream()
            .takeWhile(path -> path.startsWith(root))
            .map(path -> path.substring(root.length()))
            .toList();
    List<String> packages =
        names.stream()
            .filter(path -> path.indexOf('/') > 0 && path.endsWith("/" + INIT))
            .map(path -> path.substring(0, path.length() - INIT.length() - 1))
            .filter(path -> path.indexOf('/') < 0)
            .toList();
    List<String> modules =
        names.stream()
            .filter(path -> path.indexOf('/') < 0 && path.endsWith(EXTENSION))
            .filter(path -> !path.equals(SCRIPT))
            .map(path -> path.substring(0, path.length() - EXTENSION.length()))
            .toList();
    return new Contents(root, packages, modules);
  }

  private RepackException unclear(List<Contents> found, String what) {
    var texts = new ArrayList<String>();
    for (Contents contents : found) {
      String where = contents.root().isEmpty() ? " at its top" : " in " + contents.root();
      if (!contents.packages().isEmpty()) {
        texts.add("packages " + shown(contents.packages()) + where);
      }
      if (!contents.modules().isEmpty()) {
        texts.add("modules " + shown(contents.modules()) + where);
      }
    }
    String there =
        texts.isEmpty()
            ? "no package with an "
                + INIT
                + " and no module where they are looked for, "
                + recipe.root().map(root -> "in " + root).orElse("at its top and in src")
                + "; at its top are "
                + shown(top())
            : String.join(", ", texts);
    return new RepackException(
        derivation,
        "it has "
            + there
            + "; "
            + what
            + ", as in \"repack\": [{\"name\": \""
            + recipe.project()
            + "\", \"packages\": [\"…\"], \"modules\": [\"…\"], \"root\": \"…\"}]");
  }

  private List<String> top() {
    return tree.files().keySet().stream().map(path -> path.split("/", 2)[0]).distinct().toList();
  }

  private static String shown(List<String> names) {
    String all = String.join(", ", names.subList(0, Math.min(names.size(), SHOWN)));
    return names.size() > SHOWN ? all + ", … (" + names.size() + ")" : all;
  }

  private NavigableMap<String, byte[]> installed(Contents contents) throws RepackException {
    var installed = new TreeMap<String, byte[]>();
    int root = contents.root().length();
    for (String name : contents.packages()) {
      String folder = contents.folder(name);
      Optional<String> other =
          tree.others().stream().filter(path -> path.startsWith(folder)).findFirst();
      if (other.isPresent()) {
        throw new RepackException(
            derivation, "'" + other.get() + "' in it is no plain file, but a link or the like");
      }
      tree.below(folder)
          .forEach((path, bytes) -> {
            if (!BYTECODE.matcher(path).matches()) {
              installed.put(path.substring(root), bytes);
            }
          });
    }
    for (String name : contents.modules()) {
      String path = contents.module(name);
      installed.put(path.substring(root), tree.file(path).orElseThrow());
    }
    return installed;
  }

  /** The licences that {@code PKG-INFO} names, else those that setuptools would take. */
  private Map<String, byte[]> licences(Optional<byte[]> pkgInfo) throws RepackException {
    List<String> named = pkgInfo.map(RepackedMetadata::licences).orElse(List.of());
    var licences = new TreeMap<String, byte[]>(Comparator.naturalOrder());
    for (String path : named) {
      licences.put(
          path,
          tree.file(path)
              .orElseThrow(() ->
                  new RepackException(
                      derivation,
                      "its PKG-INFO names the License-File '" + path + "', which it lacks")));
    }
    if (named.isEmpty()) {
      tree.files()
          .forEach((path, text) -> {
            if (LICENCE.matcher(path).matches()) {
              licences.put(path, text);
            }
          });
    }
    return licences;
  }
}
