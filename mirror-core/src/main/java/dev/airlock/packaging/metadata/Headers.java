package dev.airlock.packaging.metadata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The header fields of an e-mail message, the form in which core metadata is written; the body is
 * passed over.
 */
final class Headers {
  private static final int SHOWN = 60;
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private final String text;
  private final Map<String, List<String>> fields;

  private Headers(String text, Map<String, List<String>> fields) {
    this.text = text;
    this.fields = fields;
  }

  static Headers parse(String text) {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    String name = "";
    var value = new StringBuilder();
    String unmarked = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    for (String line : (Iterable<String>) unmarked.lines()::iterator) {
      if (line.isEmpty()) {
        break;
      }
      if (Character.isWhitespace(line.charAt(0))) {
        value.append('\n').append(line.strip());
        continue;
      }
      put(fields, name, value);
      int colon = line.indexOf(':');
      name = colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      value = new StringBuilder(colon < 0 ? "" : line.substring(colon + 1).strip());
    }
    put(fields, name, value);
    return new Headers(text, fields);
  }

  private static void put(Map<String, List<String>> fields, String name, CharSequence value) {
    if (!name.isEmpty()) {
      fields.computeIfAbsent(name, _ -> new ArrayList<>()).add(value.toString());
    }
  }

  /**
   * The first value of a field, by its name in lower case; a field that says UNKNOWN says nothing.
   */
  Optional<String> first(String name) {
    return all(name).stream().findFirst();
  }

  /** All values of a field, by its name in lower case. */
  List<String> all(String name) {
    return fields.getOrDefault(name, List.of()).stream()
        .filter(value -> !value.isBlank() && !value.equals("UNKNOWN"))
        .toList();
  }

  /** The first line, to quote in a message. */
  String beginning() {
    String line = text.lines().findFirst().orElse("");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }
}
