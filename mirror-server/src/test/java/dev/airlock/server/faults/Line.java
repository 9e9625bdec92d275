package dev.airlock.server.faults;

import static dev.airlock.fixtures.RawUpstream.answering;
import static dev.airlock.fixtures.RawUpstream.relay;

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.RawUpstream;
import dev.airlock.fixtures.RawUpstream.Step;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The line to a sound index, over which some requests are answered by a script instead. */
final class Line implements Closeable {
  private final RawUpstream raw;
  private final Map<String, Queue<List<Step>>> next = new ConcurrentHashMap<>();
  private final Map<String, List<Step>> always = new ConcurrentHashMap<>();
  private final List<Step> sound;

  private Line(RawUpstream raw, FakeIndex index) {
    this.raw = raw;
    this.sound = List.of(relay(index.port()));
    raw.always(answering(this::script));
  }

  /** A line to an index, without faults so far. */
  static Line to(FakeIndex index) throws IOException {
    return new Line(RawUpstream.start(), index);
  }

  /** How the next request for a page or file is answered, after those that are told already. */
  Line next(String name, Step... script) {
    next.computeIfAbsent(name, _ -> new ConcurrentLinkedQueue<>()).add(List.of(script));
    return this;
  }

  /** How all requests for a page or file are answered. */
  Line always(String name, Step... script) {
    always.put(name, List.of(script));
    return this;
  }

  /** Ends all faults. */
  void heal() {
    next.clear();
    always.clear();
  }

  private List<Step> script(String head) {
    String name = name(head);
    Queue<List<Step>> told = next.get(name);
    List<Step> script = told == null ? null : told.poll();
    return script == null ? always.getOrDefault(name, sound) : script;
  }

  /** The last part of the path of a request: the filename, or the project. */
  private static String name(String head) {
    String path = head.split(" ", 3)[1].replaceFirst("/$", "");
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The address of the index. */
  URI simple() {
    return raw.at("/simple/");
  }

  /** An address behind the line. */
  URI at(String path) {
    return raw.at(path);
  }

  /** The host and port of the line. */
  String authority() {
    return "127.0.0.1:" + raw.port();
  }

  /** The heads of the requests for a page or file, in their order. */
  List<String> requests(String name) {
    return raw.requests().stream().filter(head -> name(head).equals(name)).toList();
  }

  /** How many connections there were. */
  int connections() {
    return raw.connections();
  }

  @Override
  public void close() throws IOException {
    raw.close();
  }
}
