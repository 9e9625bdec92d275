package dev.airlock.preset;

import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.repack.Recipe;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads which sdists a preset has made into wheels, and finds what contradicts that. */
final class RepackReader {
  private static final String KEY = "repack";
  private static final String REQUIRES_DIST = "requires_dist";

  private final Map<Recipe, Fields.Value> recipes = new LinkedHashMap<>();

  /** Reads the recipes among the fields of a preset. */
  RepackReader(Fields fields) {
    for (Fields.Value value : fields.list(KEY)) {
      value.object().flatMap(RepackReader::recipe).ifPresent(recipe -> add(recipe, value));
    }
  }

  /** The recipes, in the order of the file. */
  List<Recipe> recipes() {
    return List.copyOf(recipes.keySet());
  }

  private void add(Recipe recipe, Fields.Value value) {
    boolean isNew =
        recipes.keySet().stream()
            .noneMatch(earlier -> earlier.covers(recipe.project(), recipe.version()));
    if (isNew) {
      recipes.put(recipe, value);
    } else {
      value.refuse(recipe.project() + " " + recipe.version() + " is in `repack` already");
    }
  }

  private static Optional<Recipe> recipe(Fields entry) {
    Optional<ProjectName> project = required(entry, "name", ProjectName::new);
    Optional<Version> version = required(entry, "version", Version::parse);
    Optional<SpecifierSet> python =
        entry
            .text("requires_python")
            .flatMap(text -> entry.value("requires_python").parse(text, SpecifierSet::parse));
    Optional<String> root =
        entry.text("root").flatMap(text -> entry.value("root").parse(text, Recipe::requireFolder));
    List<String> packages = names(entry, "packages");
    List<String> modules = names(entry, "modules");
    Fields.Value requires = entry.value(REQUIRES_DIST);
    if (requires.isAbsent()) {
      requires.refuse(
          "it is missing: the wheel requires what is stated here; \"requires_dist\": [] is"
              + " nothing");
    }
    var dependencies = PresetReader.requirements(entry, REQUIRES_DIST, PresetReader::requirement);
    entry.refuseOthers();
    return project.isPresent() && version.isPresent()
        ? Optional.of(
            new Recipe(
                project.get(),
                version.get(),
                python.orElse(SpecifierSet.ANY),
                dependencies,
                root,
                packages,
                modules))
        : Optional.empty();
  }

  private static <T> Optional<T> required(Fields entry, String key, Function<String, T> reader) {
    return entry.required(key).flatMap(text -> entry.value(key).parse(text, reader));
  }

  private static List<String> names(Fields entry, String key) {
    var names = new ArrayList<String>();
    for (Fields.Value value : entry.list(key)) {
      value
          .text()
          .flatMap(text -> value.parse(text, Recipe::requireIdentifier))
          .ifPresent(names::add);
    }
    return names;
  }

  /** Reports what the rest of a preset says against its recipes. */
  void check(Preset preset) {
    recipes.forEach((recipe, value) -> {
      if (preset.dependencyMetadata().stream()
          .anyMatch(stated -> stated.covers(recipe.project(), recipe.version()))) {
        value.refuse(
            "`dependency_metadata` states what "
                + recipe.project()
                + " "
                + recipe.version()
                + " requires, too: leave it to `repack`");
      }
      if (!preset.takesWheels(recipe.project())) {
        value.refuse(
            "it makes a wheel, and by `no_binary` no wheel of "
                + recipe.project()
                + " is taken: only one of both can be meant");
      }
    });
  }
}
