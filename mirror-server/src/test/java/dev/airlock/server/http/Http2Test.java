package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no honest client of HTTP/2 sends, frame by frame. */
class Http2Test {
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  @TempDir Path directory;
  private SelfSigned identity;
  private BlobServer server;

  @BeforeEach
  void start() throws Exception {
    identity = SelfSigned.make(directory, "EC");
    TlsFiles files = identity.write(directory);
    server = new BlobServer(directory, 100, settings -> settings.with(files));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private record Frame(int type, int flags, int stream, ByteBuffer payload) {}

  /** A connection on which any frame can be sent. */
  private static final class Raw implements Closeable {
    private final SSLSocket socket;
    private final DataInputStream in;
    private final OutputStream out;

    Raw(SelfSigned trusted, int port) throws Exception {
      socket = (SSLSocket) trusted.trust().getSocketFactory().createSocket("127.0.0.1", port);
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(20_000);
      socket.startHandshake();
      in = new DataInputStream(socket.getInputStream());
      out = socket.getOutputStream();
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      send(SETTINGS, 0, 0, new byte[0]);
    }

    void send(int type, int flags, int stream, byte[] payload) throws IOException {
      ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
      frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
      frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
      out.write(frame.array());
      out.flush();
    }

    Frame read() throws IOException {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Frame(type, flags, stream, ByteBuffer.wrap(payload));
    }

    /** Reads until the server says that it ends the connection, or does. */
    void awaitEnd() throws SocketTimeoutException {
      try {
        while (read().type() != GO_AWAY) {
          // What was answered before.
        }
      } catch (SocketTimeoutException goesOn) {
        throw goesOn;
      } catch (IOException ended) {
        assertThat(ended).isNotNull();
      }
    }

    /** Reads until a stream ends in some way; the type of the frame that ended it. */
    int end(int stream) throws IOException {
      while (true) {
        Frame frame = read();
        boolean last = frame.type() <= HEADERS && (frame.flags() & END_STREAM) != 0;
        if (frame.type() == GO_AWAY
            || (frame.stream() == stream && (last || frame.type() == RST_STREAM))) {
          return frame.type();
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Header fields as literals that nobody keeps. */
  private static byte[] fields(String... namesAndValues) {
    var block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.write(0);
      for (String text : new String[] {namesAndValues[i], namesAndValues[i + 1]}) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
          block.write(bytes.length);
        } else {
          block.write(127);
          int rest = bytes.length - 127;
          for (; rest >= 128; rest >>= 7) {
            block.write((rest & 127) | 128);
          }
          block.write(rest);
        }
        block.writeBytes(bytes);
      }
    }
    return block.toByteArray();
  }

  private static byte[] get(String... more) {
    var block = new ByteArrayOutputStream();
    block.writeBytes(
        fields(":method", "GET", ":scheme", "https", ":path", "/x", ":authority", "127.0.0.1"));
    block.writeBytes(fields(more));
    return block.toByteArray();
  }

  private void assertStillServes() throws Exception {
    try (var client = HttpClient.newBuilder().sslContext(identity.trust()).build()) {
      var answer =
          client.send(HttpRequest.newBuilder(server.uri()).build(), BodyHandlers.ofByteArray());
      assertThat(answer.body()).isEqualTo(server.content);
    }
  }

  @Test
  void answersAPlainRequest() throws Exception {
    try (var raw = new Raw(identity, server.port())) {
      raw.send(HEADERS, END_STREAM | END_HEADERS, 1, get());
      assertThat(raw.end(1)).isLessThanOrEqualTo(HEADERS);
    }
  }

  @Test
  void saysItsLimits() throws Exception {
    try (var raw = new Raw(identity, server.port())) {
      Frame frame = raw.read();
      assertThat(frame.type()).isEqualTo(SETTINGS);
      Map<Integer, Integer> settings = new HashMap<>();
      ByteBuffer payload = frame.payload();
      while (payload.hasRemaining()) {
        settings.put((int) payload.getShort(), payload.getInt());
      }
      assertThat(settings).containsEntry(3, Limits.USUAL.streams());
      assertThat(settings.get(6)).isBetween(1, Limits.USUAL.headerBytes());
    }
  }

  @Test
  void endsAConnectionThatResetsItsStreamsRapidly() throws Exception {
    try (var raw = new Raw(identity, server.port())) {
      try {
        for (int i = 0; i < 2 * Limits.USUAL.resets(); i++) {
          raw.send(HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, get());
          raw.send(RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
        }
      } catch (IOException endedAlready) {
        assertThat(endedAlready).isNotNull();
      }
      raw.awaitEnd();
    }
    assertStillServes();
  }

  @Test
  void endsAConnectionThatMakesItResetStreams() throws Exception {
    try (var raw = new Raw(identity, server.port())) {
      try {
        for (int i = 0; i < 2 * Limits.USUAL.resets(); i++) {
          raw.send(HEADERS, END_HEADERS, 2 * i + 1, get("content-length", "5"));
          raw.send(WINDOW_UPDATE, 0, 2 * i + 1, new byte[4]);
        }
      } catch (IOException endedAlready) {
        assertThat(endedAlready).isNotNull();
      }
      raw.awaitEnd();
    }
    assertStillServes();
  }

  @Test
  void refusesHeadersWithoutEnd() throws Exception {
    try (var raw = new Raw(identity, server.port())) {
      try {
        raw.send(HEADERS, END_STREAM, 1, get());
        for (int i = 0; i < 1000; i++) {
          raw.send(CONTINUATION, 0, 1, fields("x-" + i, "y".repeat(1000)));
        }
        raw.send(CONTINUATION, END_HEADERS, 1, new byte[0]);
      } catch (IOException endedAlready) {
        assertThat(endedAlready).isNotNull();
      }
      raw.awaitEnd();
      assertThat(server.blob.opened()).isEmpty();
    }
    assertStillServes();
  }

  @Test
  void refusesRequestsThatContradictThemselves() throws Exception {
    byte[][] blocks = {
      get(":path", "/other"),
      fields(":method", "GET", ":scheme", "https", ":authority", "127.0.0.1"),
      fields(":scheme", "https", ":path", "/x", ":authority", "127.0.0.1"),
      get("transfer-encoding", "chunked"),
      get("connection", "close"),
      get("X-Upper", "1"),
      get(":unknown", "1"),
      fields(":method", "GET", ":scheme", "https", ":path", "", ":authority", "127.0.0.1"),
    };
    for (int i = 0; i < blocks.length; i++) {
      try (var raw = new Raw(identity, server.port())) {
        raw.send(HEADERS, END_STREAM | END_HEADERS, 1, blocks[i]);
        int opened = server.blob.opened().size();
        raw.end(1);
        assertThat(server.blob.opened()).as("request %s", i).hasSize(opened);
      }
    }
    assertStillServes();
  }
}
