package dev.airlock.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.routing.Settings;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.store.Blob;
import dev.airlock.store.Store;
import dev.airlock.upstream.Patience;
import dev.airlock.upstream.PipConfig;
import dev.airlock.upstream.Retries;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A real mirror that asks upstreams for what it does not hold, with a client of it. It asks again
 * without a pause, and believes no page without asking.
 */
public final class Hybrid implements Closeable {
  /** Long enough for any machine. */
  public static final Patience CALM = patience(Duration.ofSeconds(20), 1, Duration.ofSeconds(60));

  /** For upstreams that stand still or crawl. */
  public static final Patience HASTY =
      patience(Duration.ofMillis(200), 2000, Duration.ofMillis(200));

  private static final Duration SOON = Duration.ofSeconds(20);

  private final Path root;
  private final Served served;

  private Hybrid(Path root, Served served) {
    this.root = root;
    this.served = served;
  }

  private static Patience patience(Duration wait, long slowest, Duration window) {
    return new Patience(Duration.ofSeconds(5), wait, wait, slowest, window);
  }

  /** A mirror that is not started. */
  public static Setup in(Path directory) {
    return new Setup(directory);
  }

  /** What a mirror is told before it is started. */
  public static final class Setup {
    private final Path directory;
    private final Map<String, URI> indexes = new HashMap<>();
    private Settings settings = new Settings(List.of(), List.of(), List.of(), Duration.ZERO);
    private Mode mode = Mode.HYBRID;
    private Map<String, String> environment = Map.of();
    private Patience patience = CALM;
    private Keeping keeping = Keeping.USUAL;
    private PipConfig pip = PipConfig.NONE;

    private Setup(Path directory) {
      this.directory = directory;
    }

    /** Where the index of PyPI is asked for. */
    public Setup pypi(URI address) {
      return index("pypi", address);
    }

    /** Where an index is asked for. */
    public Setup index(String name, URI address) {
      indexes.put(name, address);
      return this;
    }

    /** Its configuration. */
    public Setup settings(Settings newSettings) {
      settings = newSettings;
      return this;
    }

    /** Hosts, beside the indexes, that files may come from. */
    public Setup hosts(String... hosts) {
      return settings(new Settings(List.of(), List.of(), List.of(hosts), Duration.ZERO));
    }

    /** What pip's configuration says. */
    public Setup pip(PipConfig newPip) {
      pip = newPip;
      return this;
    }

    /** Where it may look. */
    public Setup mode(Mode newMode) {
      mode = newMode;
      return this;
    }

    /** Its environment variables. */
    public Setup environment(Map<String, String> newEnvironment) {
      environment = newEnvironment;
      return this;
    }

    /** How long it waits for upstreams. */
    public Setup patience(Patience newPatience) {
      patience = newPatience;
      return this;
    }

    /** What it may write. */
    Setup keeping(Keeping newKeeping) {
      keeping = newKeeping;
      return this;
    }

    /** Starts it on the store below the directory, with the presets below it. */
    public Hybrid start() throws IOException {
      Path root = directory.resolve("store");
      return new Hybrid(
          root,
          new Served(
              root,
              new Sourcing(
                  mode,
                  settings,
                  List.of(directory.resolve("presets")),
                  indexes,
                  pip,
                  environment,
                  directory,
                  patience,
                  new Retries(4, Duration.ofSeconds(1), Duration.ofSeconds(1), _ -> {})),
              keeping));
    }
  }

  /** The address of a file of an index on this mirror. */
  public static String file(String index, String project, String filename) {
    return "/files/" + index + "/" + project + "/" + filename.replace("+", "%2B");
  }

  // --- asking

  /** The address of a path on it. */
  public URI uri(String path) {
    return served.uri(path);
  }

  /** An answer; empty when the connection was cut before it was whole. */
  public Optional<HttpResponse<byte[]>> ask(String path, String... headers) throws Exception {
    try {
      return Optional.of(served.bytes(path, headers));
    } catch (IOException cut) {
      return Optional.empty();
    }
  }

  /** An answer that is whole. */
  public HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    return served.bytes(path, headers);
  }

  /** The text of an answer. */
  public static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** Where an answer came from. */
  public static String source(HttpResponse<?> answer) {
    return answer.headers().firstValue("X-Airlock-Source").orElse("nowhere");
  }

  /** Asks until an answer is as it should be, as long as a host that failed is left alone. */
  public HttpResponse<byte[]> getUntil(String path, Predicate<HttpResponse<byte[]>> right)
      throws Exception {
    HttpResponse<byte[]> answer = get(path);
    long end = System.nanoTime() + SOON.toNanos();
    while (!right.test(answer)) {
      assertThat(System.nanoTime()).as("still %s: %s", answer, text(answer)).isLessThan(end);
      LockSupport.parkNanos(20_000_000);
      answer = get(path);
    }
    return answer;
  }

  /** Asks for a file, and reads no more of the answer than it is told to. */
  public Reader read(String path, String... headers) throws IOException {
    return new Reader(served.port(), path, headers);
  }

  /** A client that reads at its own speed. */
  public static final class Reader implements Closeable {
    private static final int LITTLE = 4096;

    private final Socket socket = new Socket();
    private final String head;

    private Reader(int port, String path, String... headers) throws IOException {
      socket.setReceiveBufferSize(LITTLE);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      var request =
          new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      socket
          .getOutputStream()
          .write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
      var answer = new StringBuilder();
      while (answer.indexOf("\r\n\r\n") < 0) {
        int read = socket.getInputStream().read();
        assertThat(read).as("cut in the head: %s", answer).isNotNegative();
        answer.append((char) read);
      }
      head = answer.toString();
    }

    /** The status line and the headers of the answer. */
    public String head() {
      return head;
    }

    /** The next bytes of the body. */
    public byte[] next(int count) throws IOException {
      return socket.getInputStream().readNBytes(count);
    }

    /** All bytes of the body that are left. */
    public byte[] rest() throws IOException {
      return socket.getInputStream().readAllBytes();
    }

    /** Goes away, whatever is still to come. */
    @Override
    public void close() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  /** Lets time pass, as the mirror sees it. */
  public void advance(Duration time) {
    served.advance(time);
  }

  // --- what it holds

  /** Its store. */
  public Store store() {
    return served.store;
  }

  /** Its catalogue. */
  public Catalog catalog() {
    return served.catalog;
  }

  /** What was put aside because it was wrong. */
  public List<byte[]> quarantined() throws IOException {
    var wrong = new ArrayList<byte[]>();
    for (Path file : files(root.resolve("quarantine"))) {
      if (!file.toString().endsWith(".txt")) {
        wrong.add(Files.readAllBytes(file));
      }
    }
    return wrong;
  }

  /** Fails unless every blob has its digest, and every entry of the catalogue its blob. */
  public void assertSound() throws Exception {
    for (Sha256 digest : served.store.blobs().list()) {
      assertThat(Sha256.of(read(digest))).isEqualTo(digest);
    }
    for (IndexKey index : served.catalog.indexes()) {
      for (ProjectName project : served.catalog.projects(index)) {
        for (HeldFile file : served.catalog.files(index, project)) {
          assertThat(read(file.sha256())).hasSize((int) file.size());
        }
      }
    }
    await("open files below the store", () -> open().isEmpty());
  }

  /** The bytes that are held of a file, where it is held. */
  public Optional<byte[]> held(String project, String filename) throws IOException {
    for (IndexKey index : served.catalog.indexes()) {
      Optional<HeldFile> file = served.catalog.file(index, new ProjectName(project), filename);
      if (file.isPresent()) {
        return Optional.of(read(file.get().sha256()));
      }
    }
    return Optional.empty();
  }

  private byte[] read(Sha256 digest) throws IOException {
    Blob blob = served.store.blobs().find(digest).orElseThrow();
    try (InputStream bytes = Channels.newInputStream(blob.open())) {
      return bytes.readAllBytes();
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** The files of the store that this process has open, the one of the locks left out. */
  private List<String> open() throws IOException {
    var open = new ArrayList<String>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        String target = target(descriptor);
        if (target.startsWith(root + "/") && !target.endsWith("/locks")) {
          open.add(target);
        }
      }
    }
    return open;
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException closedMeanwhile) {
      return "";
    }
  }

  /** Waits until something is so. */
  public static void await(String what, Callable<Boolean> isSo) throws Exception {
    long end = System.nanoTime() + SOON.toNanos();
    while (!isSo.call()) {
      assertThat(System.nanoTime()).as("waited too long for: %s", what).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() throws IOException {
    served.close();
  }
}
