package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.stream.IntStream;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS, and HTTP/2 over it. */
class TlsTest {
  private static final int SIZE = 12 << 20;

  @TempDir Path directory;
  private SelfSigned identity;
  private TlsFiles files;

  @BeforeEach
  void makeCertificate() throws Exception {
    identity = SelfSigned.make(directory, "EC");
    files = identity.write(directory);
  }

  private BlobServer start() throws Exception {
    return new BlobServer(directory, SIZE, settings -> settings.with(files));
  }

  private static HttpClient client(SelfSigned trusted, Version version) throws Exception {
    return HttpClient.newBuilder().sslContext(trusted.trust()).version(version).build();
  }

  private static HttpRequest ask(BlobServer server, String... headers) {
    var request = HttpRequest.newBuilder(server.uri()).timeout(BlobServer.LONG);
    return headers.length == 0 ? request.build() : request.headers(headers).build();
  }

  @ParameterizedTest
  @EnumSource(
      value = Version.class,
      names = {"HTTP_1_1", "HTTP_2"})
  void sendsFilesAndRangesByteForByte(Version version) throws Exception {
    try (var server = start();
        var client = client(identity, version)) {
      HttpResponse<byte[]> whole = client.send(ask(server), BodyHandlers.ofByteArray());
      assertThat(whole.version()).isEqualTo(version);
      assertThat(whole.headers().firstValue("Content-Length")).contains(Integer.toString(SIZE));
      assertThat(Arrays.equals(whole.body(), server.content)).isTrue();
      for (int first : new int[] {1, 16_383, 16_384, 5_000_000, SIZE - 1}) {
        var part =
            client.send(ask(server, "Range", "bytes=" + first + "-"), BodyHandlers.ofByteArray());
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(Arrays.equals(part.body(), Arrays.copyOfRange(server.content, first, SIZE)))
            .as("from %s", first)
            .isTrue();
      }
      assertThat(server.awaitAllClosed()).isTrue();
    }
  }

  @Test
  void sendsManyStreamsOnOneConnection() throws Exception {
    try (var server = start();
        var client = client(identity, Version.HTTP_2)) {
      client.send(ask(server, "Range", "bytes=0-0"), BodyHandlers.ofByteArray());
      int part = SIZE / 60;
      List<CompletableFuture<HttpResponse<byte[]>>> parts =
          IntStream.range(0, 60)
              .mapToObj(i ->
                  client.sendAsync(
                      ask(server, "Range", "bytes=" + i * part + "-" + ((i + 1) * part - 1)),
                      BodyHandlers.ofByteArray()))
              .toList();
      var all = new ByteArrayOutputStream(SIZE);
      for (var answer : parts) {
        all.writeBytes(answer.get().body());
      }
      assertThat(Arrays.equals(all.toByteArray(), Arrays.copyOf(server.content, 60 * part)))
          .isTrue();
    }
  }

  /** Takes the body as slowly as it is told, or cancels it. */
  private static final class Reader implements BodySubscriber<byte[]> {
    private final CompletableFuture<Subscription> began = new CompletableFuture<>();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void onSubscribe(Subscription subscription) {
      began.complete(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> items) {
      for (ByteBuffer item : items) {
        byte[] part = new byte[item.remaining()];
        item.get(part);
        bytes.writeBytes(part);
      }
    }

    @Override
    public void onError(Throwable failure) {
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      body.complete(bytes.toByteArray());
    }

    @Override
    public CompletionStage<byte[]> getBody() {
      return body;
    }
  }

  @Test
  void aStreamWhoseReaderStandsStillHoldsUpNoOther() throws Exception {
    try (var server = start();
        var client = client(identity, Version.HTTP_2)) {
      var still = new Reader();
      var sent = client.sendAsync(ask(server), _ -> still);
      Subscription later = still.began.get();

      var other = client.send(ask(server, "Range", "bytes=7-3000000"), BodyHandlers.ofByteArray());
      assertThat(Arrays.equals(other.body(), Arrays.copyOfRange(server.content, 7, 3_000_001)))
          .isTrue();
      assertThat(still.body).isNotDone();

      later.request(Long.MAX_VALUE);
      assertThat(Arrays.equals(still.body.get(), server.content)).isTrue();
      assertThat(sent.get().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aStreamThatItsClientResetsEndsNoOther() throws Exception {
    try (var server = start();
        var client = client(identity, Version.HTTP_2)) {
      var kept = new Reader();
      var sent = client.sendAsync(ask(server), _ -> kept);
      Subscription later = kept.began.get();
      for (int i = 0; i < 10; i++) {
        var reset = new Reader();
        var cancelled = client.sendAsync(ask(server), _ -> reset);
        reset.began.get().cancel();
        assertThat(cancelled).isNotNull();
      }
      later.request(Long.MAX_VALUE);

      assertThat(Arrays.equals(kept.body.get(), server.content)).isTrue();
      assertThat(sent.get().version()).isEqualTo(Version.HTTP_2);
      assertThat(server.awaitAllClosed()).isTrue();
      assertThat(server.blob.opened()).hasSize(11);
    }
  }

  @Test
  void closesTheFilesOfAClientThatLeft() throws Exception {
    try (var server = start()) {
      for (Version version : new Version[] {Version.HTTP_1_1, Version.HTTP_2}) {
        HttpClient client = client(identity, version);
        var unread = new Reader();
        var sent = client.sendAsync(ask(server), _ -> unread);
        assertThat(unread.began.get()).isNotNull();
        client.shutdownNow();
        client.awaitTermination(BlobServer.LONG);
        assertThat(server.awaitAllClosed()).as("%s", version).isTrue();
        assertThat(sent.handle((_, _) -> "ended"))
            .succeedsWithin(BlobServer.LONG)
            .isEqualTo("ended");
      }
    }
  }

  @Test
  void aLongConnectionKeepsNothingOfWhatItSent() throws Exception {
    try (var server = start();
        var client = client(identity, Version.HTTP_2)) {
      for (int i = 0; i < 50; i++) {
        client.send(ask(server, "Range", "bytes=0-9"), BodyHandlers.ofByteArray());
      }
      assertThat(server.awaitAllClosed()).isTrue();
      assertThat(server.awaitAllForgotten()).isTrue();
    }
  }

  private static String keyOf(SSLSession session) throws Exception {
    return session.getPeerCertificates()[0].getPublicKey().getAlgorithm();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "Ed25519"})
  void readsACertificateAnewWhenItsFilesChange(String algorithm) throws Exception {
    try (var server = start()) {
      SelfSigned next = SelfSigned.make(directory, algorithm);
      try (var client = client(identity, Version.HTTP_1_1)) {
        var answer = client.send(ask(server, "Range", "bytes=0-0"), BodyHandlers.ofByteArray());
        assertThat(keyOf(answer.sslSession().orElseThrow())).isEqualTo("EC");
      }
      // Half of it: the old pair stays.
      Files.writeString(
          files.certificates(), SelfSigned.pem("CERTIFICATE", next.certificate().getEncoded()));
      try (var client = client(identity, Version.HTTP_1_1)) {
        assertThat(client.send(ask(server), BodyHandlers.discarding()).statusCode()).isEqualTo(200);
      }
      next.write(directory);
      try (var client = client(next, Version.HTTP_1_1)) {
        var answer = client.send(ask(server, "Range", "bytes=0-0"), BodyHandlers.ofByteArray());
        assertThat(keyOf(answer.sslSession().orElseThrow()))
            .isEqualTo(next.certificate().getPublicKey().getAlgorithm());
      }
    }
  }

  @Test
  void saysWhatIsWrongWithItsFiles() throws Exception {
    Path missing = directory.resolve("missing.pem");
    assertThatIOException()
        .isThrownBy(() -> new ServerKeys(new TlsFiles(missing, files.key())))
        .withMessage("there is no file '" + missing + "'");
    assertThatIOException()
        .isThrownBy(() -> new ServerKeys(new TlsFiles(files.key(), files.key())))
        .withMessageContaining("'" + files.key() + "' holds no certificate");
    assertThatIOException()
        .isThrownBy(() -> new ServerKeys(new TlsFiles(files.certificates(), files.certificates())))
        .withMessageContaining("holds no key");
    for (String label :
        new String[] {"EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}) {
      Files.writeString(files.key(), SelfSigned.pem(label, identity.key().getEncoded()));
      assertThatIOException()
          .isThrownBy(() -> new ServerKeys(files))
          .withMessageContaining("'" + label + "'")
          .withMessageContaining("openssl pkcs8 -topk8 -nocrypt -in '" + files.key() + "'");
    }
    identity.write(directory);
    SelfSigned other = SelfSigned.make(directory, "EC");
    Files.writeString(
        files.certificates(), SelfSigned.pem("CERTIFICATE", other.certificate().getEncoded()));
    assertThatIOException()
        .isThrownBy(() -> new ServerKeys(files))
        .withMessageContaining("is not that of the first certificate");
    Files.writeString(
        files.certificates(), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertThatIOException()
        .isThrownBy(() -> new ServerKeys(files))
        .withMessageContaining("holds a damaged certificate");
  }

  @Test
  void closesConnectionsThatNeverFinishAHandshake() throws Exception {
    var soon = Duration.ofMillis(300);
    try (var server =
            new BlobServer(
                directory,
                10,
                settings ->
                    settings.with(files).with(new HttpServer.Timeouts(soon, soon, soon, soon)));
        var silent = new Socket(InetAddress.getLoopbackAddress(), server.port());
        var unfinished = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      unfinished.getOutputStream().write(new byte[] {0x16, 3, 1, 1, 0, 1});
      for (Socket socket : List.of(silent, unfinished)) {
        socket.setSoTimeout(20_000);
        assertThat(socket.getInputStream().read()).isNegative();
      }
    }
  }

  @Test
  void answersNoPlainRequest() throws Exception {
    try (var server = start();
        var plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      plain.setSoTimeout(20_000);
      plain
          .getOutputStream()
          .write("GET /x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP/1.1");
      assertThat(server.blob.opened()).isEmpty();
    }
  }
}
