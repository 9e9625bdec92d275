package dev.airlock.tool.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.progress.ProgressEvent;
import java.io.PrintStream;

/** Every event as one line of JSON. */
final class JsonView implements ProgressView {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrintStream out;

  JsonView(PrintStream out) {
    this.out = out;
  }

  @Override
  public synchronized void on(ProgressEvent event) {
    ObjectNode node = JSON.createObjectNode();
    switch (event) {
      case ProgressEvent.Note note -> node.put("event", "note").put("text", note.text());
      case ProgressEvent.Looked looked ->
          node.put("event", "looked")
              .put("project", looked.project())
              .put("version", looked.version());
      case ProgressEvent.Planned planned ->
          node.put("event", "planned")
              .put("files", planned.files())
              .put("bytes", planned.bytes())
              .put("reused_files", planned.reusedFiles())
              .put("reused_bytes", planned.reusedBytes());
      case ProgressEvent.Started started -> {
        node.put("event", "started").put("file", started.file()).put("held", started.held());
        if (started.size() >= 0) {
          node.put("size", started.size());
        }
      }
      case ProgressEvent.Advanced advanced ->
          node.put("event", "advanced").put("file", advanced.file()).put("bytes", advanced.bytes());
      case ProgressEvent.Finished finished ->
          node.put("event", "finished")
              .put("file", finished.file())
              .put("size", finished.size())
              .put("seconds", finished.took().toMillis() / 1000.0);
      case ProgressEvent.Failed failed ->
          node.put("event", "failed").put("file", failed.file()).put("reason", failed.reason());
    }
    line(node);
  }

  void line(ObjectNode node) {
    try {
      out.println(JSON.writeValueAsString(node));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }

  @Override
  public synchronized void close() {
    out.flush();
  }
}
