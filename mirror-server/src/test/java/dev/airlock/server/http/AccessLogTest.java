package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AccessLogTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static AccessLog.Entry entry(String path) {
    return new AccessLog.Entry(
        Instant.parse("2026-01-02T03:04:05.678Z"),
        "3f-1",
        "127.0.0.1",
        "GET",
        path,
        Optional.of("/simple/{project}/"),
        200,
        Optional.of("store"),
        1234,
        5_678_901,
        1_200_300,
        true,
        Optional.empty(),
        Optional.of("pip/25.0 " + "x".repeat(300)));
  }

  @Test
  void writesALineOfJsonForEachRequest() throws Exception {
    var out = new ByteArrayOutputStream();
    try (var log = new AccessLog(out)) {
      log.add(entry("/simple/foo/"));
      log.add(entry("/x\u0001\u007f\u2028\n\"é"));
    }
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();

    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst())
        .startsWith(
            """
            {"time":"2026-01-02T03:04:05.678Z","id":"3f-1","remote":"127.0.0.1","method":"GET",\
            "path":"/simple/foo/","route":"/simple/{project}/","status":200,"source":"store",\
            "bytes":1234,"ms":5.679,"ttfb_ms":1.2,"unlocked":true,"user_agent":"pip/25.0 xxx\
            """);
    assertThat(JSON.readTree(lines.getFirst()).path("user_agent").asText()).hasSize(201);
    assertThat(lines.getLast()).matches("[ -~]*").contains("\"/x\\u0001?\\u2028\\n\\\"\\u00E9\"");
  }

  /** A stream that takes nothing until it is let. */
  private static final class Stuck extends OutputStream {
    private final CountDownLatch let = new CountDownLatch(1);
    private final CountDownLatch reached = new CountDownLatch(1);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      reached.countDown();
      try {
        let.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      out.write(bytes, offset, length);
    }
  }

  @Test
  void leavesLinesOutWhenNobodyTakesThemAndCountsThem() throws Exception {
    var stuck = new Stuck();
    try (var log = new AccessLog(stuck)) {
      log.add(entry("/first"));
      stuck.reached.await();
      for (int i = 0; i < AccessLog.MOST_WAITING + 7; i++) {
        log.add(entry("/more"));
      }
      stuck.let.countDown();
    }
    List<String> lines = stuck.out.toString(StandardCharsets.UTF_8).lines().toList();

    assertThat(lines).hasSize(AccessLog.MOST_WAITING + 1);
    assertThat(JSON.readTree(lines.get(1)).path("lines_dropped_before").asInt()).isEqualTo(7);
  }
}
