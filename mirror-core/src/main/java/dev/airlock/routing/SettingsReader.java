package dev.airlock.routing;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.airlock.catalog.IndexKey;
import dev.airlock.preset.Fields;
import dev.airlock.preset.IndexFormat;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.Problems;
import dev.airlock.program.ByteSize;
import dev.airlock.routing.Settings.Index;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code airlock.json}. All mistakes are found before any is reported. {@code
 * docs/airlock.schema.json} says the same to editors.
 */
final class SettingsReader {
  private static final int SCHEMA = 1;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();
  private static final String NAME = "[a-z0-9][a-z0-9._-]*";

  /** A year, in seconds. */
  private static final int LONGEST_FRESHNESS = 365 * 24 * 60 * 60;

  /** In characters: what DNS allows, and a port. */
  private static final int LONGEST_HOST = 260;

  private static final Pattern HOST =
      Pattern.compile(
          "(?:(?:\\*\\.)?[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*"
              + "|\\[[0-9a-f:.]+])(?::(\\d{1,5}))?");

  private final Problems problems;
  private final Set<String> hosts = new LinkedHashSet<>();
  private final Map<IndexKey, String> keys = new HashMap<>();
  private int defaults;

  private SettingsReader(String file) {
    this.problems = new Problems(file);
  }

  static Settings read(String file, String text) throws InvalidSettingsException {
    return new SettingsReader(file).settings(text);
  }

  private Settings settings(String text) throws InvalidSettingsException {
    JsonNode document;
    try {
      document = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      String line = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr();
      problems.add(line, "", "it is not JSON: " + e.getOriginalMessage());
      throw new InvalidSettingsException(problems.all());
    }
    if (!document.isObject()) {
      problems.add("", "", "it has to be an object, {…}");
      throw new InvalidSettingsException(problems.all());
    }
    Fields fields = Fields.of(document, problems);
    checkSchema(fields);
    Set<String> forbidden = PresetReader.forbiddenMeansAbsent(fields);
    List<Index> indexes = indexes(fields, forbidden);
    List<ProjectPattern> deny = patterns(fields, "deny");
    hosts(fields);
    Duration freshness = freshness(fields);
    OptionalLong quota = quota(fields);
    fields.text("$schema");
    fields.refuseOthers();
    if (!problems.all().isEmpty()) {
      throw new InvalidSettingsException(problems.all());
    }
    return new Settings(indexes, deny, List.copyOf(hosts), forbidden, freshness, quota);
  }

  private void checkSchema(Fields fields) {
    Fields.Value schema = fields.value("schema");
    if (schema.isAbsent()) {
      problems.add("schema", "", "it is missing; \"schema\": " + SCHEMA + " is accepted");
    } else if (!schema.node().isInt() || schema.node().asInt() != SCHEMA) {
      schema.refuse("accepted is " + SCHEMA);
    }
  }

  private List<Index> indexes(Fields fields, Set<String> forbidden) {
    var indexes = new ArrayList<Index>();
    Optional<Fields> named = fields.object("indexes");
    if (named.isEmpty()) {
      return indexes;
    }
    for (String name : named.get().names()) {
      if (!name.matches(NAME)) {
        named
            .get()
            .value(name)
            .refuse("the name of an index has to be lower-case letters, digits, '.', '_' and '-'");
      }
      named
          .get()
          .object(name)
          .flatMap(index -> index(name, index, forbidden))
          .ifPresent(indexes::add);
    }
    if (defaults > 1) {
      problems.add(
          "indexes", "", defaults + " indexes have \"default\": true; accepted is one at most");
    }
    return indexes;
  }

  private Optional<Index> index(String name, Fields index, Set<String> forbidden) {
    Fields.Value place = index.value("url");
    Optional<URI> url =
        index.required("url").flatMap(text -> place.parse(text, PresetReader::address));
    List<ProjectPattern> projects = patterns(index, "projects");
    index.list("projects").stream()
        .filter(value -> value.node().asText("").matches("\\*+"))
        .forEach(value -> value.refuse("for all other projects there is \"default\": true"));
    hosts(index);
    boolean isDefault = index.flag("default");
    defaults += isDefault ? 1 : 0;
    boolean isSearched = index.flag("searched");
    if (isDefault && isSearched) {
      index.value("searched").refuse("the default index is asked anyway, after all others");
    }
    if (index.value("projects").isAbsent() && !isSearched && !isDefault) {
      problems.add(
          "indexes." + name,
          "",
          "nothing would come from it: accepted are \"projects\" that it claims, \"searched\": true"
              + " and \"default\": true");
    }
    IndexFormat format = PresetReader.format(index);
    index.refuseOthers();
    url.ifPresent(address -> {
      String other = keys.putIfAbsent(IndexKey.of(address), name);
      if (other != null) {
        place.refuse("the index '" + other + "' has this address too: make them one");
      }
    });
    return url.map(address ->
        new Index(
            RoutedIndex.of(name, address, format, forbidden), projects, isSearched, isDefault));
  }

  private static List<ProjectPattern> patterns(Fields fields, String key) {
    var patterns = new ArrayList<ProjectPattern>();
    for (Fields.Value value : fields.list(key)) {
      value.text().flatMap(text -> value.parse(text, ProjectPattern::new)).ifPresent(patterns::add);
    }
    return patterns;
  }

  private void hosts(Fields fields) {
    for (Fields.Value value : fields.list("hosts")) {
      value.text().flatMap(text -> value.parse(text, SettingsReader::host)).ifPresent(hosts::add);
    }
  }

  private static String host(String text) {
    String host = text.toLowerCase(Locale.ROOT);
    Matcher matcher = HOST.matcher(host);
    boolean portFits =
        host.length() <= LONGEST_HOST
            && matcher.matches()
            && (matcher.group(1) == null
                || (Integer.parseInt(matcher.group(1)) > 0
                    && Integer.parseInt(matcher.group(1)) < 1 << 16));
    if (!portFits) {
      throw new IllegalArgumentException(
          "accepted are a host, as in files.example.org, all hosts below a name, as in"
              + " *.example.org, and either with a port, as in 10.0.0.5:8080");
    }
    return host;
  }

  private static OptionalLong quota(Fields fields) {
    Fields.Value value = fields.value("quota");
    Optional<Long> bytes =
        value.isAbsent()
            ? Optional.empty()
            : value.text().flatMap(text -> value.parse(text, ByteSize::parse));
    return bytes.map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  private static Duration freshness(Fields fields) {
    Fields.Value value = fields.value("freshness");
    if (value.isAbsent()) {
      return Settings.USUAL_FRESHNESS;
    }
    boolean accepted =
        value.node().isInt()
            && value.node().asInt() >= 0
            && value.node().asInt() <= LONGEST_FRESHNESS;
    if (!accepted) {
      value.refuse("accepted are seconds, a whole number from 0 to " + LONGEST_FRESHNESS);
    }
    return Duration.ofSeconds(value.node().asInt());
  }
}
