package dev.airlock.upstream;

import static dev.airlock.fixtures.Answer.status;
import static dev.airlock.fixtures.RawUpstream.head;
import static dev.airlock.fixtures.RawUpstream.request;
import static dev.airlock.fixtures.RawUpstream.silence;
import static dev.airlock.fixtures.RawUpstream.text;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.airlock.fixtures.Answer;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.RawUpstream;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts that fail are left alone for a while, and found again. */
class BreakerTest {
  private static final ProjectName TINY = new ProjectName("tiny");
  private static final Patience PATIENCE =
      new Patience(
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          1,
          Duration.ofSeconds(60));

  @TempDir Path home;

  private final FakeMachine machine = new FakeMachine().name("pypi.example", "127.0.0.1");
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private FakeIndex upstream;
  private Http http;

  @BeforeEach
  void start() throws IOException {
    upstream = FakeIndex.start();
    upstream.add(wheel("tiny", "1.0"));
    http = client(PATIENCE, 1, true);
  }

  @AfterEach
  void stop() {
    http.close();
    upstream.close();
  }

  private Http client(Patience patience, int attempts, boolean rests) throws IOException {
    var retries = new Retries(attempts, Duration.ofSeconds(1), Duration.ofSeconds(1), pauses::add);
    return Http.of(
        new Http.Settings(
            "airlock/test", Map.of(), home, retries, patience, Egress.ANYWHERE, rests),
        machine.machine());
  }

  private URI named() {
    return URI.create("http://pypi.example:" + upstream.port() + "/simple/");
  }

  private PageAnswer ask(URI index) throws IOException {
    return new Indexes(http).at(index).page(TINY, Optional.empty());
  }

  private UpstreamException failure(URI index) {
    return catchThrowableOfType(UpstreamException.class, () -> ask(index));
  }

  // --- no connection

  @Test
  void leavesAHostAloneAtOnceWhenNoConnectionCanBeMade() {
    upstream.close();
    UpstreamException first = failure(upstream.simple());
    assertThat(first)
        .hasMessageStartingWith(upstream.at("/simple/tiny/") + " cannot be reached: ConnectEx");
    assertThat(first.isUnreachable()).isTrue();
    assertThat(first.isTransient()).isFalse();
    UpstreamException second = failure(upstream.simple());
    assertThat(second)
        .hasMessage(
            upstream.at("/simple/tiny/") + " is not asked for another 1 s: " + first.getMessage());
    assertThat(second.isUnreachable()).isTrue();
    assertThat(second.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    var files = new FileAccess(http);
    assertThat(files.canReach(upstream.file("x"))).isFalse();
    assertThat(files.canReach(URI.create("http://127.0.0.1:1/x"))).isTrue();
    assertThat(files.canReach(home.toUri())).isTrue();
  }

  @Test
  void asksForNoNameAgainThatCannotBeResolved() {
    machine.withoutName("pypi.example");
    assertThat(failure(named()))
        .hasMessage(
            named()
                + "tiny/ cannot be reached: the name cannot be resolved (pypi.example: Name or"
                + " service not known)");
    assertThat(failure(named()).isUnreachable()).isTrue();
    assertThat(machine.lookups()).containsExactly("pypi.example");
  }

  @Test
  void doesNotWaitForANameServerThatDoesNotAnswer() throws IOException {
    var never = new CountDownLatch(1);
    Machine real = machine.machine();
    var hanging =
        new Machine(
            name -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return real.dns().lookup(name);
            },
            real.nanos(),
            real.pause(),
            real.chance());
    var patience =
        new Patience(
            Duration.ofMillis(50), PATIENCE.head(), PATIENCE.silence(), 1, PATIENCE.window());
    try (Http impatient =
        Http.of(
            new Http.Settings(
                "airlock/test", Map.of(), home, Retries.DEFAULT, patience, Egress.ANYWHERE, true),
            hanging)) {
      assertThatThrownBy(() -> new Indexes(impatient).at(named()).page(TINY, Optional.empty()))
          .hasMessageContaining(
              "the name cannot be resolved (pypi.example: no name server answered within 50 ms)");
    } finally {
      never.countDown();
    }
  }

  @Test
  void leavesAHostAloneWhosePacketsAreDropped() throws IOException {
    http.close();
    http =
        client(
            new Patience(
                Duration.ofMillis(100), PATIENCE.head(), PATIENCE.silence(), 1, PATIENCE.window()),
            5,
            true);
    var pending = new ArrayList<SocketChannel>();
    try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      // Nobody accepts, so the system drops what does not fit into the queue.
      for (int i = 0; i < 8; i++) {
        SocketChannel channel = SocketChannel.open();
        pending.add(channel);
        channel.configureBlocking(false);
        channel.connect(full.getLocalSocketAddress());
      }
      URI index = URI.create("http://127.0.0.1:" + full.getLocalPort() + "/simple/");
      assertThat(failure(index)).hasMessageContaining("cannot be reached: SocketTimeoutException");
      assertThat(failure(index)).hasMessageContaining("is not asked for another 1 s");
      assertThat(pauses).isEmpty();
    } finally {
      for (SocketChannel channel : pending) {
        channel.close();
      }
    }
  }

  @Test
  void doesNotTryAgainWhatItLeavesAlone() throws IOException {
    http.close();
    http = client(PATIENCE, 5, true);
    machine.withoutName("pypi.example");
    failure(named());
    failure(named());
    assertThat(machine.lookups()).hasSize(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void asksAgainAndAgainWhereHostsAreNotLeftAlone() throws IOException {
    http.close();
    http = client(PATIENCE, 3, false);
    machine.withoutName("pypi.example");
    assertThat(failure(named()).isTransient()).isTrue();
    assertThat(failure(named()).isUnreachable()).isTrue();
    assertThat(machine.lookups()).hasSize(6);
    assertThat(new FileAccess(http).canReach(named())).isTrue();
  }

  @Test
  void leavesOtherHostsAndPortsInPeace() throws IOException {
    failure(URI.create("http://127.0.0.1:1/simple/"));
    assertThat(ask(upstream.simple())).isInstanceOf(PageAnswer.Page.class);
    assertThat(ask(named())).isInstanceOf(PageAnswer.Page.class);
  }

  @Test
  void findsAHostAgainByProbes() throws Exception {
    machine.withoutName("pypi.example");
    failure(named());
    assertThat(machine.paused()).isEqualTo(Duration.ofSeconds(1));
    for (int seconds : List.of(2, 4, 8, 16, 30, 30)) {
      machine.endPause();
      assertThat(machine.paused()).isEqualTo(Duration.ofSeconds(seconds));
      assertThat(failure(named()).retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
    }
    machine.name("pypi.example", "127.0.0.1");
    var probed = new CountDownLatch(1);
    upstream.next(
        "",
        (exchange, _) -> {
          exchange.sendResponseHeaders(404, -1);
          probed.countDown();
        });
    machine.endPause();
    probed.await();
    assertThat(upstream.requests())
        .singleElement()
        .satisfies(request -> assertThat(request.method() + request.path()).isEqualTo("HEAD/"));
    untilReachable();
    assertThat(ask(named())).isInstanceOf(PageAnswer.Page.class);
  }

  /** The probe has its answer, and is about to tell. */
  private void untilReachable() {
    while (!new FileAccess(http).canReach(named())) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whoeverWaitsForAConnectionWaitsNoMoreWhenAnotherCannotBeMade() throws Exception {
    var asked = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    try (RawUpstream silent = RawUpstream.start();
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      silent.always(request(), RawUpstream.tell(asked), RawUpstream.until(never));
      URI index = URI.create("http://pypi.example:" + silent.port() + "/simple/");
      Future<UpstreamException> waiting = executor.submit(() -> failure(index));
      asked.await();
      machine.withoutName("pypi.example");
      UpstreamException reason = failure(index);
      assertThat(waiting.get())
          .hasMessage(index + "tiny/ is not asked for another 1 s: " + reason.getMessage());
      assertThat(waiting.get().isUnreachable()).isTrue();
    }
  }

  @Test
  void doesNotHoldItAgainstAHostThatSomebodyWasInterrupted() throws Exception {
    try (RawUpstream silent = RawUpstream.start()) {
      silent.always(request(), silence());
      var failure = new CompletableFuture<Throwable>();
      Thread asking =
          Thread.ofVirtual()
              .start(() -> failure.complete(catchThrowable(() -> ask(silent.at("/simple/")))));
      asking.interrupt();
      assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
      assertThat(new FileAccess(http).canReach(silent.at("/"))).isTrue();
    }
  }

  // --- silence

  @Test
  void leavesAHostAloneThatIsSilentFiveTimes() throws IOException {
    http.close();
    http =
        client(
            new Patience(
                PATIENCE.connect(),
                Duration.ofMillis(50),
                PATIENCE.silence(),
                1,
                PATIENCE.window()),
            1,
            true);
    try (RawUpstream silent = RawUpstream.start()) {
      silent.always(request(), silence());
      for (int i = 0; i < 5; i++) {
        assertThat(failure(silent.at("/simple/")))
            .hasMessageEndingWith("(no whole head of an answer within 50 ms)");
      }
      assertThat(failure(silent.at("/simple/"))).hasMessageContaining("is not asked for another");
      assertThat(silent.requests()).hasSize(5);
    }
  }

  /** With a client that suspects a host of having gone after a tenth of a second. */
  private void suspectSoon() throws IOException {
    http.close();
    http =
        client(
            new Patience(
                Duration.ofMillis(300), PATIENCE.head(), PATIENCE.silence(), 1, PATIENCE.window()),
            1,
            true);
  }

  @Test
  void findsOutBeforeTheSilenceLastsThatNoConnectionCanBeMadeAnyMore() throws IOException {
    suspectSoon();
    try (RawUpstream dropped = RawUpstream.start()) {
      dropped.next(
          request(), head("HTTP/1.1 404 Not Found", "Content-Length: 0"), request(), silence());
      URI index = URI.create("http://pypi.example:" + dropped.port() + "/simple/");
      assertThat(ask(index)).isInstanceOf(PageAnswer.NoSuchProject.class);
      machine.withoutName("pypi.example");
      UpstreamException failure = failure(index);
      assertThat(failure.isUnreachable()).isTrue();
      assertThat(failure).hasMessageContaining("the name cannot be resolved");
      assertThat(dropped.requests()).hasSize(2);
    }
  }

  @Test
  void waitsForASlowAnswerWhileConnectionsCanBeMade() throws Exception {
    suspectSoon();
    var probed = new CountDownLatch(1);
    try (RawUpstream slow = RawUpstream.start()) {
      slow.next(
          request(),
          RawUpstream.until(probed),
          head("HTTP/1.1 404 Not Found", "Content-Length: 0"));
      slow.next(
          request(),
          head("HTTP/1.1 200 OK", "Content-Length: 0"),
          RawUpstream.tell(probed),
          silence());
      assertThat(ask(slow.at("/simple/"))).isInstanceOf(PageAnswer.NoSuchProject.class);
    }
  }

  // --- answers that are failures

  private void fail(int times, Answer answer) {
    upstream.next("tiny", Collections.nCopies(times, answer).toArray(Answer[]::new));
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void leavesAHostAloneThatFailsFiveTimesAndAsksAgainWhenTheTimeIsOver(int status)
      throws IOException {
    fail(6, status(status));
    for (int i = 0; i < 5; i++) {
      assertThat(failure(upstream.simple()).isUnreachable()).isEqualTo(i == 4);
    }
    assertThat(failure(upstream.simple()))
        .hasMessageEndingWith(
            " is not asked for another 1 s: "
                + upstream.at("/simple/tiny/")
                + " answered with the status "
                + status);
    assertThat(upstream.requests()).hasSize(5);
    machine.pass(Duration.ofSeconds(1));
    assertThat(failure(upstream.simple()).retryAfter()).isEqualTo(Duration.ofSeconds(2));
    machine.pass(Duration.ofSeconds(2));
    assertThat(ask(upstream.simple())).isInstanceOf(PageAnswer.Page.class);
    assertThat(ask(upstream.simple())).isInstanceOf(PageAnswer.Page.class);
    assertThat(upstream.requests()).hasSize(8);
  }

  @Test
  void forgivesFailuresAfterAnAnswer() throws IOException {
    for (int i = 0; i < 3; i++) {
      fail(4, status(503));
      for (int j = 0; j < 4; j++) {
        assertThat(failure(upstream.simple()).isUnreachable()).isFalse();
      }
      assertThat(ask(upstream.simple())).isInstanceOf(PageAnswer.Page.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "120, 120",
    "86400, 300",
    "99999999999999999999, 1",
    "-5, 1",
    "soon, 1",
    "0, 1",
  })
  void leavesAHostAloneAsLongAsItAsks(String retryAfter, long seconds) {
    fail(15, status(503, "Retry-After", retryAfter));
    while (new FileAccess(http).canReach(upstream.simple())) {
      failure(upstream.simple());
    }
    assertThat(failure(upstream.simple()).retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void leavesAHostAloneUntilTheTimeThatItNames() {
    var date = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
    fail(5, status(429, "Retry-After", date.format(Instant.now().plusSeconds(3600))));
    for (int i = 0; i < 5; i++) {
      failure(upstream.simple());
    }
    assertThat(failure(upstream.simple()).retryAfter()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void countsNoAnswerThatSaysWhatIsMissing() throws IOException {
    for (int status : List.of(404, 410, 404, 410, 404, 410)) {
      upstream.next("tiny", status(status));
      assertThat(ask(upstream.simple())).isInstanceOf(PageAnswer.NoSuchProject.class);
    }
    assertThat(ask(upstream.simple())).isInstanceOf(PageAnswer.Page.class);
  }

  @Test
  void countsNoTransferThatBreaks() throws IOException {
    try (RawUpstream broken = RawUpstream.start()) {
      broken.always(
          request(),
          head("HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Length: 1000"),
          text("<html>"));
      for (int i = 0; i < 7; i++) {
        UpstreamException failure = failure(broken.at("/simple/"));
        assertThat(failure.isTransient()).isTrue();
        assertThat(failure.isUnreachable()).isFalse();
      }
      assertThat(broken.requests()).hasSize(7);
    }
  }
}
