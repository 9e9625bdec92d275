package dev.airlock.architecture;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import dev.airlock.architecture.FloorPlan.Use;
import dev.airlock.fixtures.GeneratedDocument;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The checks every module makes of its own classes; surefire runs them in the module's folder. */
public final class Architecture {
  private static final Path MAIN = Path.of("target", "classes");
  private static final Path TESTS = Path.of("target", "test-classes");

  private Architecture() {}

  /** No package is off the plan, and none uses what it must not. */
  public static void assertFollows(FloorPlan plan) {
    JavaClasses main = read(MAIN);
    Set<String> packages = main.stream().map(JavaClass::getPackageName).collect(toSet());
    assertThat(packages).as("packages in " + MAIN.toAbsolutePath()).isNotEmpty();
    assertThat(plan.problems(packages, uses(main))).isEmpty();
  }

  /** Every package, of tests too, says {@code @NullMarked} in its package-info.java. */
  public static void assertNullMarked() {
    assertThat(notNullMarked(read(MAIN, TESTS)))
        .as("packages without a @NullMarked package-info.java")
        .isEmpty();
  }

  /** What happens is told by events: nothing is printed. */
  public static void assertSilent() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(read(MAIN));
  }

  /**
   * The code takes these steps, and a section of {@code docs/architecture.md} shows them.
   *
   * @param heading the section's
   * @param steps as {@link Walkthrough#of} reads them
   */
  public static void assertWalks(FloorPlan plan, String heading, String steps) {
    JavaClasses code =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(FloorPlan.ROOT);
    Walkthrough walk = Walkthrough.of(steps);
    assertThat(walk.problems(plan, code)).isEmpty();
    GeneratedDocument.at("docs/architecture.md").assertSection(heading, "\n" + walk.markdown(code));
  }

  static Set<String> notNullMarked(JavaClasses classes) {
    return classes.stream()
        .map(JavaClass::getPackage)
        .filter(found -> !found.isAnnotatedWith(NullMarked.class))
        .map(JavaPackage::getName)
        .collect(toSet());
  }

  static Set<Use> uses(JavaClasses classes) {
    return classes.stream()
        .flatMap(from -> from.getDirectDependenciesFromSelf().stream())
        .map(Architecture::use)
        .collect(toSet());
  }

  private static Use use(Dependency dependency) {
    return new Use(
        dependency.getOriginClass().getPackageName(),
        dependency.getTargetClass().getBaseComponentType().getPackageName());
  }

  private static JavaClasses read(Path... folders) {
    return new ClassFileImporter()
        .importPaths(Stream.of(folders).filter(Files::isDirectory).toList());
  }
}
