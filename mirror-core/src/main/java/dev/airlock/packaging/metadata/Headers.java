package dev.airlock.packaging.metadata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The header fields of an e-mail message, the form in which core metadata is written. What follows
 * them is passed over: the body behind an empty line, or whatever stands from the first line on
 * that is no field, as Python's {@code email} takes it.
 *
 * @see <a href="https://docs.python.org/3/library/email.parser.html">email.parser</a>
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
      if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
        value.append('\n').append(line);
        continue;
      }
      int colon = nameEnd(line);
      if (colon < 0) {
        break;
      }
      put(fields, name, value);
      name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      value = new StringBuilder(line.substring(colon + 1).strip());
    }
    put(fields, name, value);
    return new Headers(text, fields);
  }

  /** Where the name of a field ends, printable ASCII without blanks; -1 for what is no field. */
  private static int nameEnd(String line) {
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == ':') {
        return i;
      }
      if (c <= ' ' || c > '~') {
        return -1;
      }
    }
    return -1;
  }

  private static void put(Map<String, List<String>> fields, String name, CharSequence value) {
    if (!name.isEmpty()) {
      fields.computeIfAbsent(name, _ -> new ArrayList<>()).add(value.toString());
    }
  }

  /** The first value of a field, by its name in lower case. */
  Optional<String> first(String name) {
    return fields.getOrDefault(name, List.of()).stream()
        .filter(value -> !value.isBlank())
        .findFirst();
  }

  /**
   * All values of a field, by its name in lower case; one that says UNKNOWN, as old setuptools
   * wrote, says nothing.
   */
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
