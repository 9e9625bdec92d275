package dev.airlock.tool.terminal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.lock.LockDifference;
import dev.airlock.lock.LockDifference.Change;
import dev.airlock.lock.LockDifference.Kind;
import dev.airlock.packaging.version.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The difference of two locks, drawn as lines and as JSON. */
public final class LockChanges {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LockChanges() {}

  /** A line for each project, and a summary. */
  public static List<String> lines(LockDifference difference) {
    var lines = new ArrayList<String>();
    int width =
        difference.changes().stream().mapToInt(change -> what(change).length()).max().orElse(0);
    for (Change change : difference.changes()) {
      lines.add(("%-" + width + "s  %s").formatted(what(change), bytes(change)));
    }
    lines.add(
        (difference.isEmpty() ? "no change" : counts(difference))
            + "; "
            + Amounts.count(difference.after().count(), "file")
            + ", "
            + Amounts.bytes(difference.after().bytes())
            + (difference.isEmpty()
                ? ""
                : "; before "
                    + Amounts.count(difference.before().count(), "file")
                    + ", "
                    + Amounts.bytes(difference.before().bytes())
                    + "; new "
                    + Amounts.count(difference.fresh().count(), "file")
                    + ", "
                    + Amounts.bytes(difference.fresh().bytes())));
    return lines;
  }

  private static String counts(LockDifference difference) {
    return difference.count(Kind.ADDED)
        + " added, "
        + difference.count(Kind.REMOVED)
        + " removed, "
        + (difference.count(Kind.VERSIONS) + difference.count(Kind.FILES))
        + " changed";
  }

  private static String what(Change change) {
    return switch (change.kind()) {
      case ADDED -> "+ " + change.project() + " " + versions(change.later());
      case REMOVED -> "- " + change.project() + " " + versions(change.earlier());
      case VERSIONS ->
          "~ "
              + change.project()
              + " "
              + versions(change.earlier())
              + " → "
              + versions(change.later());
      case FILES -> "~ " + change.project() + " " + versions(change.later()) + ", other files";
    };
  }

  private static String bytes(Change change) {
    return switch (change.kind()) {
      case ADDED -> Amounts.bytes(change.after().bytes());
      case REMOVED -> Amounts.bytes(change.before().bytes());
      case VERSIONS, FILES ->
          Amounts.bytes(change.before().bytes()) + " → " + Amounts.bytes(change.after().bytes());
    };
  }

  private static String versions(List<Version> versions) {
    return versions.stream().map(Version::toString).collect(Collectors.joining(", "));
  }

  /** The same as data. */
  public static ObjectNode json(LockDifference difference) {
    ObjectNode result = JSON.createObjectNode();
    var changes = result.putArray("changes");
    for (Change change : difference.changes()) {
      ObjectNode node = changes.addObject();
      node.put("kind", change.kind().name().toLowerCase(Locale.ROOT));
      node.put("project", change.project().value());
      change.earlier().forEach(version -> node.withArray("from").add(version.toString()));
      change.later().forEach(version -> node.withArray("to").add(version.toString()));
      node.set("before", json(change.before()));
      node.set("after", json(change.after()));
    }
    result.set("before", json(difference.before()));
    result.set("after", json(difference.after()));
    result.set("new", json(difference.fresh()));
    return result;
  }

  private static ObjectNode json(LockDifference.Files files) {
    return JSON.createObjectNode().put("files", files.count()).put("bytes", files.bytes());
  }
}
