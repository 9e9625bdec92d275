package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.Version;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleDescriptor;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Traps of Undertow that we step around, and the release that we need. */
class UndertowTest {
  private static final int SIZE = 24 << 20;

  @TempDir Path directory;

  /**
   * 2.4.0 has the strict parser against request smuggling (CVE-2026-28367, -28368, -28369) and all
   * that was mended before it: Host (CVE-2025-12543), rapid resets (CVE-2023-44487, CVE-2025-9784).
   * 2.4.4 is the one whose behaviour the tests here know. CVE-2026-3260, of multipart forms, is not
   * mended in any: nothing here reads a form, see {@code AttacksTest}.
   */
  @Test
  void isAReleaseWithoutTheKnownFaults() {
    String number = Version.getVersionString().replace(".Final", "");
    assertThat(ModuleDescriptor.Version.parse(number))
        .isGreaterThanOrEqualTo(ModuleDescriptor.Version.parse("2.4.4"));
  }

  private static long descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  /** Waits until no more descriptors are open than some number; how many are. */
  private static long settled(long most) throws IOException {
    long until = System.nanoTime() + BlobServer.LONG.toNanos();
    while (descriptors() > most && System.nanoTime() < until) {
      LockSupport.parkNanos(1_000_000);
    }
    return descriptors();
  }

  private static Socket ask(int port, String range) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    socket
        .getOutputStream()
        .write(
            ("GET /x HTTP/1.1\r\nHost: x\r\n" + range + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static void skipHead(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void keepsNoDescriptorOfClientsThatLeft() throws Exception {
    try (var server = new BlobServer(directory, SIZE, UnaryOperator.identity())) {
      try (var first = ask(server.port(), "Range: bytes=0-0\r\n")) {
        skipHead(first.getInputStream());
      }
      assertThat(server.awaitAllClosed()).isTrue();
      long before = descriptors();
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        clients.add(ask(server.port(), ""));
      }
      for (Socket client : clients) {
        skipHead(client.getInputStream());
      }
      assertThat(descriptors()).isGreaterThan(before + 100);
      for (Socket client : clients) {
        client.close();
      }
      assertThat(settled(before)).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void sendsARangeFromItsPositionThoughTheHeadIsNotSentYet() throws Exception {
    try (var server = new BlobServer(directory, SIZE, UnaryOperator.identity())) {
      for (int first : new int[] {1, 98_304, 16_384, SIZE - 20_000}) {
        int last = Math.min(SIZE, first + 40_000) - 1;
        try (var client = ask(server.port(), "Range: bytes=" + first + "-" + last + "\r\n")) {
          skipHead(client.getInputStream());
          assertThat(client.getInputStream().readNBytes(last - first + 1))
              .isEqualTo(Arrays.copyOfRange(server.content, first, last + 1));
        }
      }
    }
  }

  private static long directMemory() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  @Test
  void threadsThatPassBuyNoBuffers() throws Exception {
    byte[] page = new byte[100_000];
    var settings = HttpSettings.at(new Listen("127.0.0.1", 0));
    try (var server =
            new HttpServer(settings, _ -> Response.page("application/octet-stream", page));
        var client = HttpClient.newHttpClient()) {
      server.start();
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().getPort() + "/"))
              .build();
      long before = directMemory();
      for (int i = 0; i < 2000; i++) {
        assertThat(client.send(request, BodyHandlers.ofByteArray()).body()).hasSize(page.length);
      }
      assertThat(directMemory() - before).isLessThan(16 << 20);
    }
  }

  @Test
  void sendsFilesThatAreAtHandOneAfterTheOther() throws Exception {
    try (var files = new BlobServer(directory, 100_000, UnaryOperator.identity());
        var client = HttpClient.newHttpClient()) {
      Handler atHand =
          new Handler() {
            @Override
            public Response handle(Request request) {
              throw new IllegalStateException("it was at hand");
            }

            @Override
            public Optional<Response> ready(Request request) {
              return Optional.of(Response.file("application/octet-stream", files.blob));
            }
          };
      var patience =
          new HttpServer.Timeouts(
              BlobServer.LONG, BlobServer.LONG, BlobServer.LONG, Duration.ofSeconds(1));
      try (var server =
          new HttpServer(HttpSettings.at(new Listen("127.0.0.1", 0)).with(patience), atHand)) {
        server.start();
        var request =
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + server.address().getPort() + "/"))
                .build();
        for (int i = 0; i < 100; i++) {
          assertThat(client.send(request, BodyHandlers.ofByteArray()).body())
              .isEqualTo(files.content);
        }
      }
    }
  }

  @Test
  void letsNoMoreConnectionsInThanItsLimit() throws Exception {
    var two = new Limits(2, 32 << 10, 100, 100, 200);
    try (var server = new BlobServer(directory, 10, settings -> settings.with(two));
        var first = ask(server.port(), "");
        var second = ask(server.port(), "")) {
      skipHead(first.getInputStream());
      skipHead(second.getInputStream());
      try (var third = ask(server.port(), "")) {
        assertThat(server.blob.opened()).hasSize(2);
        first.shutdownOutput();
        skipHead(third.getInputStream());
        assertThat(third.getInputStream().readNBytes(10)).isEqualTo(server.content);
      }
    }
  }
}
