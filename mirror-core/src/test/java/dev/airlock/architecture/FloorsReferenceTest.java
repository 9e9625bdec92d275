package dev.airlock.architecture;

import dev.airlock.fixtures.GeneratedDocument;
import org.junit.jupiter.api.Test;

class FloorsReferenceTest {
  @Test
  void drawsTheFloorsInTheDocument() {
    GeneratedDocument.at("docs/architecture.md")
        .assertSection("The floors", new Floors().markdown());
  }
}
