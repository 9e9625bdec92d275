package dev.airlock.tool.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressEvent.Advanced;
import dev.airlock.progress.ProgressEvent.Failed;
import dev.airlock.progress.ProgressEvent.Finished;
import dev.airlock.progress.ProgressEvent.Looked;
import dev.airlock.progress.ProgressEvent.Note;
import dev.airlock.progress.ProgressEvent.Planned;
import dev.airlock.progress.ProgressEvent.Started;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewsTest {
  private static final String UP = "\u001b[1A\u001b[2K";
  private static final String CUT = "\u001b[?7l";
  private static final String WRAP = "\u001b[?7h";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private long now;

  private ProgressView view(boolean interactive, Verbosity verbosity, boolean json) {
    return new Terminal(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            interactive,
            () -> now)
        .progress(verbosity, json);
  }

  private ProgressView lines() {
    return view(false, Verbosity.NORMAL, false);
  }

  private ProgressView bars() {
    return view(true, Verbosity.NORMAL, false);
  }

  private void after(ProgressView view, Duration time, ProgressEvent event) {
    now += time.toNanos();
    view.on(event);
  }

  /** What was said, without the words to the terminal about long lines. */
  private String told() {
    return raw().replace(CUT, "").replace(WRAP, "");
  }

  private String raw() {
    String text = err.toString(UTF_8);
    err.reset();
    return text;
  }

  private static void on(ProgressView view, ProgressEvent... events) {
    for (ProgressEvent event : events) {
      view.on(event);
    }
  }

  // --- lines

  @Test
  void tellsALineEveryTenSeconds() {
    ProgressView view = lines();
    on(
        view,
        new Planned(3, 1000, 2, 5000),
        new Started("a.whl", 0, 600),
        new Advanced("a.whl", 100));
    assertThat(told()).isEmpty();
    after(view, Duration.ofSeconds(10), new Advanced("a.whl", 100));
    assertThat(told())
        .isEqualTo("airlock: 0/3 files, 200 B of 1.0 kB, 20 B/s, 40 s left; reused 2 (5.0 kB)\n");
    after(view, Duration.ofSeconds(9), new Advanced("a.whl", 100));
    assertThat(told()).isEmpty();
    after(view, Duration.ofSeconds(1), new Finished("a.whl", 600, Duration.ofSeconds(20)));
    assertThat(told())
        .isEqualTo("airlock: 1/3 files, 300 B of 1.0 kB, 15 B/s, 46 s left; reused 2 (5.0 kB)\n");
  }

  @Test
  void tellsNotesAndFailuresAtOnce() {
    ProgressView view = lines();
    on(view, new Note("solving x"), new Failed("a.whl", "it is gone"));
    assertThat(told()).isEqualTo("airlock: solving x\nairlock: failed: a.whl: it is gone\n");
  }

  @Test
  void tellsHowManyVersionsWereLookedAt() {
    ProgressView view = lines();
    on(view, new Looked("a", "1.0"));
    after(view, Duration.ofSeconds(10), new Looked("a", "0.9"));
    assertThat(told()).isEqualTo("airlock: looked at 2 versions\n");
  }

  @Test
  void countsNoByteTwiceAfterAFreshBeginning() {
    ProgressView view = lines();
    on(view, new Planned(1, 1000, 0, 0), new Started("a", 0, 1000), new Advanced("a", 900));
    on(view, new Started("a", 0, 1000));
    after(view, Duration.ofSeconds(10), new Advanced("a", 100));
    assertThat(told()).startsWith("airlock: 0/1 files, 100 B of 1.0 kB, 100 B/s");
  }

  @Test
  void countsWhatAnEarlierRunBroughtAsDoneButNotIntoTheRate() {
    ProgressView view = lines();
    on(view, new Planned(1, 1000, 0, 0), new Started("a", 800, 1000));
    after(view, Duration.ofSeconds(10), new Advanced("a", 100));
    assertThat(told()).isEqualTo("airlock: 0/1 files, 900 B of 1.0 kB, 10 B/s, 10 s left\n");
  }

  @Test
  void countsFailures() {
    ProgressView view = lines();
    on(view, new Planned(2, 20, 0, 0), new Started("a", 0, 10), new Failed("a", "gone"));
    told();
    on(view, new Started("b", 0, 10));
    after(view, Duration.ofSeconds(10), new Advanced("b", 10));
    assertThat(told()).endsWith("; failed 1\n");
  }

  // --- bars

  @Test
  void drawsABarForEachFileAndOneForAll() {
    ProgressView view = bars();
    now = Duration.ofSeconds(1).toNanos();
    on(view, new Planned(2, 2000, 0, 0));
    assertThat(told()).isEqualTo("[------------------------] 0/2 files, 0 B of 2.0 kB, 0 B/s\n");
    on(view, new Started("a.whl", 0, 1000));
    assertThat(told()).isEmpty();
    after(view, Duration.ofSeconds(1), new Advanced("a.whl", 500));
    assertThat(told())
        .isEqualTo(
            UP
                + "[############------------] a.whl"
                + " ".repeat(36)
                + "500 B of 1.0 kB\n"
                + "[######------------------] 0/2 files, 500 B of 2.0 kB, 250 B/s, 6.0 s left\n");
    view.close();
    assertThat(told()).isEqualTo(UP + UP);
  }

  @Test
  void letsTheTerminalCutLongLinesAndLeavesItAsItWas() {
    ProgressView view = bars();
    now = Duration.ofSeconds(1).toNanos();
    on(view, new Planned(1, 10, 0, 0));
    assertThat(raw()).startsWith(CUT).endsWith(WRAP);
  }

  @Test
  void drawsNoMoreThanTenTimesASecond() {
    ProgressView view = bars();
    now = Duration.ofSeconds(1).toNanos();
    on(view, new Planned(1, 10, 0, 0));
    told();
    for (int i = 0; i < 10; i++) {
      after(view, Duration.ofMillis(10), new Advanced("a", 1));
    }
    assertThat(told()).isEmpty();
    after(view, Duration.ofMillis(1), new Advanced("a", 0));
    assertThat(told()).isNotEmpty();
  }

  @Test
  void writesNotesAboveTheBars() {
    ProgressView view = bars();
    on(view, new Note("solving x"), new Failed("a.whl", "it is gone"));
    assertThat(told())
        .isEqualTo(
            "solving x\nlooked at 0 versions\n"
                + UP
                + "failed: a.whl: it is gone\nlooked at 0 versions\n");
  }

  @Test
  void abridgesLongNames() {
    ProgressView view = bars();
    String name = "x".repeat(60);
    on(view, new Started(name, 0, -1));
    after(view, Duration.ofSeconds(1), new Advanced(name, 5));
    assertThat(told()).contains("[------------------------] " + "x".repeat(39) + "… 5 B\n");
  }

  @Test
  void drawsEightFilesAtMost() {
    ProgressView view = bars();
    for (int i = 0; i < 20; i++) {
      on(view, new Started("file" + i, 0, 10));
    }
    after(view, Duration.ofSeconds(1), new Advanced("file0", 5));
    assertThat(told().lines()).hasSize(9);
  }

  // --- JSON and silence

  @Test
  void writesEachEventAsALineOfJson() {
    ProgressView view = view(true, Verbosity.QUIET, true);
    on(
        view,
        new Note("a \"note\""),
        new Looked("a", "1.0"),
        new Planned(3, 5_000_000_000L, 2, 1),
        new Started("a.whl", 1, -1),
        new Advanced("a.whl", 7),
        new Finished("a.whl", 8, Duration.ofMillis(1500)),
        new Failed("b.whl", "gone"));
    view.close();
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            """
            {"event":"note","text":"a \\"note\\""}
            {"event":"looked","project":"a","version":"1.0"}
            {"event":"planned","files":3,"bytes":5000000000,"reused_files":2,"reused_bytes":1}
            {"event":"started","file":"a.whl","held":1}
            {"event":"advanced","file":"a.whl","bytes":7}
            {"event":"finished","file":"a.whl","size":8,"seconds":1.5}
            {"event":"failed","file":"b.whl","reason":"gone"}
            """);
    assertThat(told()).isEmpty();
  }

  @Test
  void saysNothingWhenQuietIsAskedFor() {
    ProgressView view = view(true, Verbosity.QUIET, false);
    on(view, new Note("x"), new Planned(1, 1, 0, 0), new Failed("a", "b"));
    view.close();
    assertThat(told()).isEmpty();
    assertThat(out.size()).isZero();
  }

  // --- amounts

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "999949, 999.9 kB",
    "999950, 1.0 MB",
    "2300000000, 2.3 GB",
    "5000000000000000, 5000.0 TB"
  })
  void writesBytesInDecimalUnits(long bytes, String text) {
    assertThat(Amounts.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"400, 0.4 s", "12000, 12 s", "185000, 3:05 min", "3723000, 1:02:03 h"})
  void writesTimes(long millis, String text) {
    assertThat(Amounts.time(Duration.ofMillis(millis))).isEqualTo(text);
  }
}
