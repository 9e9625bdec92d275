package dev.airlock.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoTest {
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void worksEachAnswerOutOnceHoweverManyAsk() throws Exception {
    var everybodyIsHere = new CountDownLatch(8);
    var memo =
        new Memo<String, String>(key -> {
          asked.incrementAndGet();
          await(everybodyIsHere);
          return key + "!";
        });
    var answers = new ArrayList<Future<String>>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        answers.add(
            executor.submit(() -> {
              everybodyIsHere.countDown();
              return memo.get("a");
            }));
      }
    }

    List<String> got = new ArrayList<>();
    for (Future<String> answer : answers) {
      got.add(answer.get());
    }
    assertThat(got).hasSize(8).containsOnly("a!");
    assertThat(asked).hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void keepsAFailureAsTheAnswer() {
    var memo =
        new Memo<String, String>(key -> {
          asked.incrementAndGet();
          throw new IOException("down: " + key);
        });

    assertThatThrownBy(() -> memo.get("a")).isInstanceOf(IOException.class).hasMessage("down: a");
    assertThatThrownBy(() -> memo.get("a")).isInstanceOf(IOException.class).hasMessage("down: a");
    assertThat(asked).hasValue(1);
  }
}
