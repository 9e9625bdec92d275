package dev.airlock.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.airlock.architecture.FloorPlan.Use;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The plan is worth something only if it can say no. */
class FloorPlanTest {
  @ParameterizedTest
  @CsvSource({
    "store, digest",
    "sync, packaging.name",
    "fetch, upstream",
    "store, store",
    "packaging.marker, packaging.version",
    "packaging.filename, packaging.tag",
    "packaging.metadata, packaging.marker",
    "packaging.metadata, packaging.filename",
  })
  void allowsWhatIsBelow(String from, String to) {
    assertThat(problems(FloorPlan.CORE, from, "dev.airlock." + to)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "digest, store, above",
    "upstream, fetch, above",
    "upstream, catalog, beside",
    "store, index, beside",
    "files, digest, beside",
    "packaging.name, packaging.version, beside",
    "packaging.marker, packaging.filename, beside",
    "packaging.tag, packaging.name, beside",
    "packaging.marker, packaging.metadata, above",
    "store, tool.terminal, no floor",
    "store, server.http, no floor",
    "store, attic, no floor",
  })
  void refusesWhatIsAboveBesideOrOffThePlan(String from, String to, String why) {
    assertThat(problems(FloorPlan.CORE, from, "dev.airlock." + to))
        .singleElement()
        .asString()
        .contains(why);
  }

  @ParameterizedTest
  @CsvSource({
    "upstream, okhttp3.internal.http, true",
    "fetch, okhttp3, false",
    "store, okio, false",
    "catalog, io.undertow, false",
    "sync, picocli, false",
    "sync, picoclimate, true",
  })
  void givesALibraryOnlyToItsOwners(String from, String library, boolean allowed) {
    assertThat(problems(FloorPlan.CORE, from, library).isEmpty()).isEqualTo(allowed);
  }

  @Test
  void keepsTheRoofsApart() {
    assertThat(problems(FloorPlan.SERVER, "server.http", "io.undertow.server")).isEmpty();
    assertThat(problems(FloorPlan.SERVER, "server.routes", "io.undertow.server")).hasSize(1);
    assertThat(problems(FloorPlan.SERVER, "server.routes", "dev.airlock.sync")).isEmpty();
    assertThat(problems(FloorPlan.SERVER, "server.ui", "dev.airlock.server.simple")).hasSize(1);
    assertThat(problems(FloorPlan.SERVER, "server", "dev.airlock.tool")).hasSize(1);
    assertThat(problems(FloorPlan.TOOL, "tool.command", "dev.airlock.tool.terminal")).isEmpty();
    assertThat(problems(FloorPlan.TOOL, "tool.terminal", "dev.airlock.tool.command")).hasSize(1);
    assertThat(problems(FloorPlan.TOOL, "tool", "dev.airlock.server")).hasSize(1);
  }

  @Test
  void refusesAPackageOnNoFloor() {
    assertThat(
            FloorPlan.CORE.problems(
                Set.of("dev.airlock", "dev.airlock.attic", "dev.airlock.store"), Set.of()))
        .containsExactly(
            "dev.airlock is on no floor of the plan",
            "dev.airlock.attic is on no floor of the plan");
  }

  @Test
  void readsUsesAndMissingMarksFromClasses() {
    var classes = new ClassFileImporter().importPackagesOf(FloorPlanTest.class);

    assertThat(Architecture.uses(classes))
        .contains(new Use("dev.airlock.architecture", "org.junit.jupiter.api"));
    assertThat(Architecture.notNullMarked(classes)).isEmpty();
    assertThat(Architecture.notNullMarked(new ClassFileImporter().importClasses(String.class)))
        .containsExactly("java.lang");
  }

  private static List<String> problems(FloorPlan plan, String from, String to) {
    return plan.problems(Set.of(), Set.of(new Use("dev.airlock." + from, to)));
  }
}
