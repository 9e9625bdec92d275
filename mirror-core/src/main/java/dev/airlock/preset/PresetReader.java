package dev.airlock.preset;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Installer;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.Preset.Root;
import dev.airlock.preset.Preset.Step;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads presets. All mistakes are found before any is reported. {@code presets/preset.schema.json}
 * says the same to editors.
 */
public final class PresetReader {
  /** The version of the preset format. */
  public static final int SCHEMA = 1;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();

  /** What a requirements file is usually called. */
  public static final String REQUIREMENTS = "requirements.txt";

  private static final String NAME = "[a-z0-9][a-z0-9._-]*";
  private static final List<String> BOOTSTRAP = List.of("pip", "setuptools", "wheel");

  /** A host and its port. {@link URI} itself knows no host with an underscore. */
  private static final Pattern HOST = Pattern.compile("(\\[[^\\[\\]]+]|[^:@\\[\\]]+)(:\\d{0,5})?");

  /** Each has its tags in memory, and is solved for by itself. */
  private static final int MOST_TARGETS = 100;

  private final PresetSource source;
  private final Problems problems;
  private final List<Root> roots = new ArrayList<>();
  private int defaults;
  private final Map<String, String> buildArguments = new LinkedHashMap<>();

  private PresetReader(PresetSource source) {
    this.source = source;
    this.problems = new Problems(source.label() + "/" + PresetSource.FILE);
  }

  /**
   * Reads a preset.
   *
   * @throws InvalidPresetException when there is a mistake in it
   */
  public static Preset read(PresetSource source) throws InvalidPresetException {
    return new PresetReader(source).preset();
  }

  /** The requirements file that a preset names, as far as its JSON can be read at all. */
  public static Optional<String> requirementsFile(String json) {
    try {
      String name = JSON.readTree(json).path("requirements").asText("");
      return isFileName(name) ? Optional.of(name) : Optional.empty();
    } catch (JsonProcessingException reportedLater) {
      return Optional.empty();
    }
  }

  /** A preset's JSON, which names a requirements file: its own, or else the usual one. */
  static String namingRequirements(String json) {
    try {
      if (!(JSON.readTree(json) instanceof ObjectNode preset)) {
        throw new IllegalStateException("a preset is a JSON object");
      }
      return preset.has("requirements")
          ? json
          : JSON.writerWithDefaultPrettyPrinter()
                  .writeValueAsString(preset.put("requirements", REQUIREMENTS))
              + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a preset is JSON", e);
    }
  }

  /** The text of a preset by another name. */
  static String named(String json, String name) {
    try {
      if (!(JSON.readTree(json) instanceof ObjectNode preset)) {
        throw new IllegalStateException("a preset is a JSON object");
      }
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(preset.put("name", name))
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a preset is JSON", e);
    }
  }

  private static boolean isFileName(String name) {
    return name.matches("[A-Za-z0-9][A-Za-z0-9._-]*");
  }

  private Preset preset() throws InvalidPresetException {
    JsonNode document;
    try {
      document = JSON.readTree(source.json());
    } catch (JsonProcessingException e) {
      String line = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr();
      problems.add(line, "", "it is not JSON: " + e.getOriginalMessage());
      throw problems.exception();
    }
    if (!document.isObject()) {
      problems.add("", "", "it has to be an object, {…}");
      throw problems.exception();
    }
    Fields fields = Fields.of(document, problems);
    checkSchema(fields);
    String name = fields.text("name").orElse("");
    checkName(name);
    List<Target> targets = targets(fields);
    List<PresetIndex> indexes = indexes(fields);
    bootstrap(fields);
    packages(fields);
    pytorch(fields);
    fields
        .object("tensorrt")
        .ifPresent(tensorrt -> {
          pinned(tensorrt, "version", "tensorrt", Step.TENSORRT, "TENSORRT_VERSION");
          tensorrt.refuseOthers();
        });
    requirementsText(fields);
    var repack = new RepackReader(fields);
    var preset =
        new Preset(
            name,
            fields.text("description").orElse(""),
            fields.text("base_image"),
            targets,
            indexes,
            forbiddenMeansAbsent(fields),
            roots,
            requirements(fields, "constraints", PresetReader::constraint),
            requirements(fields, "override", PresetReader::requirement),
            exclude(fields),
            installer(fields),
            selection(fields, "prereleases"),
            selection(fields, "no_binary"),
            selection(fields, "no_build"),
            fields.flag("no_deps"),
            fields.flag("require_hashes"),
            excludeNewer(fields),
            dependencyMetadata(fields),
            repack.recipes(),
            buildRequires(fields),
            Collections.unmodifiableMap(buildArguments),
            fields.text("made_from"));
    repack.check(preset);
    fields.list("notes").forEach(note -> note.text());
    fields.text("$schema");
    fields.refuseOthers();
    problems.throwIfAny();
    return preset;
  }

  private void checkSchema(Fields fields) {
    Fields.Value schema = fields.value("schema");
    if (schema.isAbsent()) {
      problems.add("schema", "", "it is missing; \"schema\": " + SCHEMA + " is accepted");
    } else if (!schema.node().isInt() || schema.node().asInt() != SCHEMA) {
      schema.refuse("accepted is " + SCHEMA);
    }
  }

  /** Whether a preset can be called so. */
  static boolean isName(String text) {
    return text.matches(NAME);
  }

  private void checkName(String name) {
    if (!isName(name)) {
      problems.add(
          "name", "'" + name + "'", "accepted are lower-case letters, digits, '.', '_' and '-'");
    } else if (!name.equals(source.folder())) {
      problems.add(
          "name",
          "'" + name + "'",
          "it has to be the name of the preset's folder, '" + source.folder() + "'");
    }
  }

  private List<Target> targets(Fields fields) {
    var targets = new ArrayList<Target>();
    List<Fields.Value> list = fields.list("targets");
    Fields.Value whole = fields.value("targets");
    if (whole.isAbsent() || (whole.node().isArray() && list.isEmpty())) {
      problems.add(
          "targets",
          "",
          (whole.isAbsent() ? "it is missing" : "one target at least has to be there")
              + "; accepted is [{\"python\": \"3.10\", \"platform\":"
              + " \"manylinux_2_35_x86_64\"}]");
    }
    if (list.size() > MOST_TARGETS) {
      problems.add("targets", "", "there are " + list.size() + "; accepted are " + MOST_TARGETS);
    }
    for (Fields.Value value : list.subList(0, Math.min(list.size(), MOST_TARGETS))) {
      value
          .object()
          .ifPresent(target -> {
            Optional<Platform> platform =
                target
                    .required("platform")
                    .flatMap(text -> target.value("platform").parse(text, Platform::parse));
            Optional<String> python = target.required("python");
            if (python.isPresent()) {
              Platform known = platform.orElseGet(() -> Platform.parse("linux_x86_64"));
              target
                  .value("python")
                  .parse(python.get(), text -> Target.of(text, known))
                  .filter(parsed -> platform.isPresent())
                  .ifPresent(parsed -> addOnce(targets, parsed, value));
            }
            target.refuseOthers();
          });
    }
    return targets;
  }

  private static void addOnce(List<Target> targets, Target target, Fields.Value value) {
    if (targets.contains(target)) {
      value.refuse("this target is there already");
    } else {
      targets.add(target);
    }
  }

  private List<PresetIndex> indexes(Fields fields) {
    var indexes = new ArrayList<PresetIndex>();
    Map<ProjectName, String> claims = new LinkedHashMap<>();
    Optional<Fields> object = fields.object("indexes");
    if (object.isEmpty() && fields.value("indexes").isAbsent()) {
      problems.add(
          "indexes",
          "",
          "it is missing; accepted is {\"pypi\": {\"url\": \"https://pypi.org/simple/\","
              + " \"default\": true}}");
    }
    object.ifPresent(named -> {
      for (String name : named.names()) {
        if (!name.matches(NAME)) {
          named
              .value(name)
              .refuse(
                  "the name of an index has to be lower-case letters, digits, '.', '_' and '-'");
        }
        named.object(name).flatMap(index -> index(name, index, claims)).ifPresent(indexes::add);
      }
      if (defaults != 1) {
        problems.add(
            "indexes",
            "",
            (defaults == 0 ? "no index has" : defaults + " indexes have")
                + " \"default\": true; exactly one has to, the one of all projects that no other"
                + " claims");
      }
    });
    return indexes;
  }

  private Optional<PresetIndex> index(String name, Fields index, Map<ProjectName, String> claims) {
    Optional<URI> url =
        index
            .required("url")
            .flatMap(text -> index.value("url").parse(text, PresetReader::address));
    Set<ProjectName> projects = new LinkedHashSet<>();
    for (Fields.Value value : index.list("projects")) {
      value
          .text()
          .flatMap(text -> value.parse(text, ProjectName::new))
          .ifPresent(project -> {
            String earlier = claims.putIfAbsent(project, name);
            if (earlier != null && !earlier.equals(name)) {
              value.refuse(
                  "the index '" + earlier + "' claims this project too; a project has one index");
            }
            projects.add(project);
          });
    }
    boolean isDefault = index.flag("default");
    defaults += isDefault ? 1 : 0;
    boolean isSearched = index.flag("searched");
    if (isDefault && isSearched) {
      index.value("searched").refuse("the default index is asked anyway, after all others");
    }
    if (!isDefault && !isSearched && index.value("projects").isAbsent()) {
      problems.add(
          "indexes." + name,
          "",
          "nothing would come from it: accepted are \"projects\" that it claims, \"searched\": true"
              + " and \"default\": true");
    }
    IndexFormat format = format(index);
    index.refuseOthers();
    return url.map(
        address -> new PresetIndex(name, address, format, projects, isSearched, isDefault));
  }

  /** The format of an index, which is a simple one unless it says otherwise. */
  public static IndexFormat format(Fields index) {
    return index
        .text("format")
        .flatMap(text -> index.value("format").parse(text, PresetReader::format))
        .orElse(IndexFormat.SIMPLE);
  }

  private static IndexFormat format(String text) {
    return Arrays.stream(IndexFormat.values())
        .filter(format -> format.toString().equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("accepted are \"simple\" and \"flat\""));
  }

  /** The hosts of {@code forbidden_means_absent}. */
  public static Set<String> forbiddenMeansAbsent(Fields fields) {
    Set<String> hosts = new LinkedHashSet<>();
    for (Fields.Value value : fields.list("forbidden_means_absent")) {
      value.text().flatMap(text -> value.parse(text, PresetReader::host)).ifPresent(hosts::add);
    }
    return hosts;
  }

  private static String host(String text) {
    if (text.contains("/") || text.contains("*") || !HOST.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "accepted is a host, as in download.example.org, or a host with its port, as in"
              + " 10.0.0.5:8080");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  /**
   * Reads the address of an index.
   *
   * @throws IllegalArgumentException when it is none, or has credentials in it
   */
  public static URI address(String text) {
    String accepted = "accepted are http, https and file addresses, as in https://pypi.org/simple/";
    URI address;
    try {
      address = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(accepted, e);
    }
    String authority = address.getRawAuthority() == null ? "" : address.getRawAuthority();
    if (authority.contains("@")) {
      throw new IllegalArgumentException("credentials belong in ~/.netrc, not in this file");
    }
    String scheme = String.valueOf(address.getScheme());
    if (!Set.of("http", "https", "file").contains(scheme)
        || (!HOST.matcher(authority).matches() && !scheme.equals("file"))) {
      throw new IllegalArgumentException(accepted);
    }
    return address;
  }

  private void bootstrap(Fields fields) {
    if (fields.value("bootstrap").isAbsent()) {
      BOOTSTRAP.forEach(
          name -> root(Requirement.parse(name), Step.BOOTSTRAP, "bootstrap (default)"));
      return;
    }
    for (Fields.Value value : fields.list("bootstrap")) {
      value
          .text()
          .flatMap(text -> value.parse(text, PresetReader::requirement))
          .ifPresent(requirement -> root(requirement, Step.BOOTSTRAP, value.place()));
    }
  }

  private void packages(Fields fields) {
    fields
        .object("packages")
        .ifPresent(packages -> {
          for (String name : packages.names()) {
            String argument =
                name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_") + "_VERSION";
            pinned(packages, name, name, Step.PACKAGES, argument);
          }
        });
  }

  private void pytorch(Fields fields) {
    fields
        .object("pytorch")
        .ifPresent(pytorch -> {
          for (String project : List.of("torch", "torchvision", "torchaudio")) {
            pinned(
                pytorch,
                project + "_version",
                project,
                Step.PYTORCH,
                project.toUpperCase(Locale.ROOT) + "_VERSION");
          }
          pytorch.refuseOthers();
        });
  }

  /** A project with its version, or with a specifier where that begins with an operator. */
  private void pinned(Fields fields, String key, String project, Step step, String argument) {
    Fields.Value value = fields.value(key);
    fields
        .text(key)
        .ifPresent(text -> {
          Optional<ProjectName> name = value.parse(project, ProjectName::new);
          Optional<SpecifierSet> specifier = value.parse(text, PresetReader::versions);
          if (name.isPresent() && specifier.isPresent()) {
            root(new Requirement(name.get(), specifier.get()), step, value.place());
            if (specifier.get().isPin()) {
              buildArguments.put(argument, text.strip().replaceFirst("^={2,3}\\s*", ""));
            }
          }
        });
  }

  /**
   * Reads a version, or a specifier where the text begins with an operator.
   *
   * @throws IllegalArgumentException when it is neither
   */
  public static SpecifierSet versions(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "accepted are a version, as in 1.23.1, and a specifier, as in >=1.11,<2");
    }
    return "=<>!~".indexOf(text.strip().charAt(0)) >= 0
        ? SpecifierSet.parse(text)
        : SpecifierSet.exactly(Version.parse(text));
  }

  private void root(Requirement requirement, Step step, String place) {
    roots.add(new Root(requirement, List.of(), step, place));
  }

  private void requirementsText(Fields fields) {
    Optional<String> file = fields.text("requirements");
    if (file.isEmpty()) {
      return;
    }
    if (!isFileName(file.get())) {
      fields
          .value("requirements")
          .refuse("accepted is the name of a file beside preset.json, as in requirements.txt");
    } else if (source.requirements().isEmpty()) {
      fields.value("requirements").refuse("there is no such file beside preset.json");
    } else {
      var lines = new RequirementsText(source.label() + "/" + file.get(), problems);
      lines
          .read(source.requirements().get())
          .forEach(line ->
              roots.add(
                  new Root(
                      line.content().requirement(),
                      line.content().hashes(),
                      Step.REQUIREMENTS,
                      file.get() + " line " + line.number())));
    }
  }

  /**
   * Reads a requirement of a project by its versions.
   *
   * @throws IllegalArgumentException when it is none, or names an address
   */
  static Requirement requirement(String text) {
    Requirement requirement = Requirement.parse(text);
    if (requirement.url().isPresent()) {
      throw new IllegalArgumentException(
          "requirements by address are not mirrored: give the project and its versions, and its"
              + " index in `indexes`");
    }
    return requirement;
  }

  private static Requirement constraint(String text) {
    Requirement constraint = requirement(text);
    if (!constraint.extras().isEmpty()) {
      throw new IllegalArgumentException(
          "a constraint has no extras: accepted is the project and its versions, as in numpy<2");
    }
    return constraint;
  }

  /** The requirements of a list; what is none is reported. */
  static List<Requirement> requirements(
      Fields fields, String key, Function<String, Requirement> reader) {
    var requirements = new ArrayList<Requirement>();
    for (Fields.Value value : fields.list(key)) {
      value.text().flatMap(text -> value.parse(text, reader)).ifPresent(requirements::add);
    }
    return requirements;
  }

  /** What is left out, which nothing can be that is asked for too. */
  private Set<ProjectName> exclude(Fields fields) {
    boolean bootstrapIsGiven = !fields.value("bootstrap").isAbsent();
    Set<ProjectName> names = new HashSet<>();
    for (Fields.Value value : fields.list("exclude")) {
      Optional<ProjectName> name =
          value.text().flatMap(text -> value.parse(text, ProjectName::new));
      name.ifPresent(names::add);
      roots.stream()
          .filter(root -> name.filter(root.requirement().project()::equals).isPresent())
          .filter(root -> bootstrapIsGiven || root.step() != Step.BOOTSTRAP)
          .findFirst()
          .ifPresent(root ->
              value.refuse(
                  "it is asked for too, by "
                      + root.place()
                      + ": a project is either installed or left out"));
    }
    return names;
  }

  private static Set<ProjectName> names(Fields fields, String key) {
    Set<ProjectName> names = new HashSet<>();
    for (Fields.Value value : fields.list(key)) {
      value.text().flatMap(text -> value.parse(text, ProjectName::new)).ifPresent(names::add);
    }
    return names;
  }

  private static Installer installer(Fields fields) {
    return fields
        .text("installer")
        .flatMap(text -> fields.value("installer").parse(text, PresetReader::installer))
        .orElse(Installer.PIP);
  }

  private static Installer installer(String text) {
    return Arrays.stream(Installer.values())
        .filter(installer -> installer.toString().equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("accepted are pip and uv"));
  }

  /** {@code true}, or a list of projects. */
  private static Selection selection(Fields fields, String key) {
    Fields.Value value = fields.value(key);
    return value.node().isBoolean()
        ? new Selection(value.node().asBoolean(), Set.of())
        : new Selection(false, names(fields, key));
  }

  private static Optional<Instant> excludeNewer(Fields fields) {
    return fields
        .text("exclude_newer")
        .flatMap(text -> fields.value("exclude_newer").parse(text, PresetReader::time));
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("accepted is a time such as 2024-06-30T00:00:00Z", e);
    }
  }

  private static List<DependencyMetadata> dependencyMetadata(Fields fields) {
    var all = new ArrayList<DependencyMetadata>();
    for (Fields.Value value : fields.list("dependency_metadata")) {
      value
          .object()
          .ifPresent(entry -> {
            Optional<ProjectName> project =
                entry
                    .required("name")
                    .flatMap(text -> entry.value("name").parse(text, ProjectName::new));
            Optional<Version> version =
                entry
                    .text("version")
                    .flatMap(text -> entry.value("version").parse(text, Version::parse));
            Optional<SpecifierSet> python =
                entry
                    .text("requires_python")
                    .flatMap(
                        text -> entry.value("requires_python").parse(text, SpecifierSet::parse));
            List<Requirement> requires =
                requirements(entry, "requires_dist", PresetReader::requirement);
            entry.refuseOthers();
            project.ifPresent(name ->
                all.add(
                    new DependencyMetadata(
                        name, version, python.orElse(SpecifierSet.ANY), requires)));
          });
    }
    return all;
  }

  private static Map<ProjectName, List<Requirement>> buildRequires(Fields fields) {
    Map<ProjectName, List<Requirement>> all = new LinkedHashMap<>();
    fields
        .object("build_requires")
        .ifPresent(named -> {
          for (String name : named.names()) {
            List<Requirement> requirements = requirements(named, name, PresetReader::requirement);
            named
                .value(name)
                .parse(name, ProjectName::new)
                .ifPresent(project -> all.put(project, requirements));
          }
        });
    return all;
  }
}
