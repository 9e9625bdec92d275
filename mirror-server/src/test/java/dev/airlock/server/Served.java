package dev.airlock.server;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockWriter;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.LockedPackage.Role;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.server.http.HttpServer;
import dev.airlock.server.http.HttpSettings;
import dev.airlock.server.http.Listen;
import dev.airlock.store.Blob;
import dev.airlock.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A real mirror on a free port, with a store to fill. Each request comes a second after the one
 * before, as the mirror sees it, unless the clock is stopped.
 */
final class Served implements Closeable {
  static final URI PYPI = URI.create("https://pypi.org/simple/");
  static final URI CU118 = URI.create("https://download.pytorch.org/whl/cu118");
  static final URI CU121 = URI.create("https://download.pytorch.org/whl/cu121");
  static final Target TARGET = Target.of("3.10", Platform.parse("manylinux_2_35_x86_64"));

  private static final HttpServer.Timeouts TIMEOUTS =
      new HttpServer.Timeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(2));

  final Store store;
  final Catalog catalog;

  static {
    Narration.prepare();
  }

  private final Service service;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicLong now = new AtomicLong();
  private boolean stopped;

  Served(Path root) throws IOException {
    this(root, Sourcing.offline(), UnaryOperator.identity());
  }

  Served(Path root, Sourcing sourcing) throws IOException {
    this(root, sourcing, UnaryOperator.identity());
  }

  Served(Path root, Sourcing sourcing, Keeping keeping) throws IOException {
    this(root, sourcing, keeping, UnaryOperator.identity());
  }

  Served(Path root, UnaryOperator<HttpSettings> settings) throws IOException {
    this(root, Sourcing.offline(), settings);
  }

  private Served(Path root, Sourcing sourcing, UnaryOperator<HttpSettings> settings)
      throws IOException {
    this(root, sourcing, Keeping.USUAL, settings);
  }

  private Served(
      Path root, Sourcing sourcing, Keeping keeping, UnaryOperator<HttpSettings> settings)
      throws IOException {
    store = Store.openOrCreate(root);
    catalog = new Catalog(store);
    service =
        new Service(
            root,
            settings.apply(HttpSettings.at(new Listen("127.0.0.1", 0)).with(TIMEOUTS)),
            sourcing,
            keeping,
            now::get);
    service.start();
  }

  // --- filling the store

  HeldFile hold(URI index, WheelBuilder wheel) throws IOException {
    IndexKey key = catalog.register(index);
    Blob bytes = store.blobs().put(wheel.build());
    Blob metadata = store.blobs().put(wheel.metadata());
    var file =
        new HeldFile(
            name(wheel),
            bytes.digest(),
            bytes.size(),
            Optional.of(metadata.digest()),
            CoreMetadata.parse(wheel.metadata()).requiresPython(),
            Optional.of(Instant.parse("2024-01-02T03:04:05Z")),
            new Yanked.No(),
            index.resolve("/" + wheel.filename().replace("+", "%2B")));
    catalog.enter(key, file);
    return file;
  }

  /** Any bytes as a file that is named like a wheel. */
  HeldFile hold(URI index, String filename, byte[] content) throws IOException {
    IndexKey key = catalog.register(index);
    Blob bytes = store.blobs().put(content);
    var file =
        new HeldFile(
            name(filename),
            bytes.digest(),
            bytes.size(),
            Optional.empty(),
            SpecifierSet.ANY,
            Optional.empty(),
            new Yanked.No(),
            index);
    catalog.enter(key, file);
    return file;
  }

  /** The address of a file that is held, which has its digest. */
  static String address(URI index, HeldFile file) {
    return "/files/%s/%s/%s/%s"
        .formatted(
            IndexKey.of(index),
            file.name().project(),
            file.sha256(),
            file.name().text().replace("+", "%2B"));
  }

  static DistributionFilename name(WheelBuilder wheel) {
    return name(wheel.filename());
  }

  static DistributionFilename name(String wheel) {
    return dev.airlock.packaging.filename.WheelFilename.parse(wheel);
  }

  static LockedPackage locked(URI index, Role role, List<Target> targets, HeldFile... files) {
    return new LockedPackage(
        files[0].name().project(),
        files[0].name().version(),
        role,
        index,
        SpecifierSet.ANY,
        targets.stream().map(Target::toString).toList(),
        List.of(),
        List.of(),
        List.of(files).stream()
            .map(file ->
                new LockedFile(
                    file.name(), file.source(), file.size(), file.sha256(), file.uploadTime()))
            .toList(),
        Optional.empty());
  }

  static LockedPackage locked(URI index, HeldFile... files) {
    return locked(index, Role.INSTALL, List.of(TARGET), files);
  }

  void publish(String preset, LockedPackage... packages) throws IOException {
    publish(preset, List.of(TARGET), packages);
  }

  void publish(String preset, List<Target> targets, LockedPackage... packages) throws IOException {
    publish(preset, "{}", "", targets, packages);
  }

  void publish(
      String preset,
      String json,
      String requirements,
      List<Target> targets,
      LockedPackage... packages)
      throws IOException {
    var lock = new Lock(preset, Sha256.of(new byte[0]), targets, List.of(packages));
    catalog.publish(
        new HeldPreset(preset, json, requirements, LockWriter.write(lock), Instant.EPOCH));
  }

  static ProjectName project(String name) {
    return new ProjectName(name);
  }

  // --- asking

  void stopClock() {
    stopped = true;
  }

  void advance(Duration by) {
    now.addAndGet(by.toNanos());
  }

  int port() {
    return service.address().getPort();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return client.send(request("GET", path, headers), BodyHandlers.ofString());
  }

  HttpResponse<byte[]> bytes(String path, String... headers) throws Exception {
    return client.send(request("GET", path, headers), BodyHandlers.ofByteArray());
  }

  HttpResponse<String> send(String method, String path, String... headers) throws Exception {
    return client.send(request(method, path, headers), BodyHandlers.ofString());
  }

  private HttpRequest request(String method, String path, String... headers) {
    tick();
    var request =
        HttpRequest.newBuilder(uri(path)).method(method, HttpRequest.BodyPublishers.noBody());
    return headers.length == 0 ? request.build() : request.headers(headers).build();
  }

  /** Sends a request line as it is, and reads all that comes until the server closes. */
  String raw(String requestLine, String... headers) throws IOException {
    tick();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      var request = new StringBuilder(requestLine).append("\r\nConnection: close\r\n");
      if (List.of(headers).stream().noneMatch(header -> header.startsWith("Host:"))) {
        request.append("Host: x\r\n");
      }
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      socket
          .getOutputStream()
          .write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
      var answer = new ByteArrayOutputStream();
      socket.setSoTimeout(10_000);
      socket.getInputStream().transferTo(answer);
      return answer.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private void tick() {
    if (!stopped) {
      advance(Duration.ofSeconds(1));
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
    service.close();
    store.close();
  }
}
