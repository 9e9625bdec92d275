package dev.airlock.packaging.tag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.airlock.fixtures.Python;
import dev.airlock.fixtures.ReferencePackaging;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SupportedTagsTest {
  private static final Pattern TARGET = Pattern.compile("cp(\\d)(\\d+)(t?)-(.+)");

  @ParameterizedTest
  @MethodSource("targets")
  void ordersTagsAsPackagingDoes(String target, List<String> expected) {
    assertThat(tags(target).tags().stream().map(Tag::toString)).containsExactlyElementsOf(expected);
  }

  static Stream<Object[]> targets() throws IOException {
    return golden().entrySet().stream()
        .map(target -> new Object[] {target.getKey(), target.getValue()});
  }

  @Test
  void hasGoldenListsThatPackagingStillWrites() throws IOException {
    Optional<Python> python = ReferencePackaging.find();
    assumeTrue(python.isPresent(), "no Python with packaging 26.2 here, nor one with pip 26.2");

    assertThat(
            python.get().output(ReferencePackaging.PRELUDE + resource("golden.py"), List.of(), ""))
        .isEqualTo(resource("golden.txt"));
  }

  @Test
  void ranksTheMostSpecificWheelFirst() {
    SupportedTags tags = tags("cp310-manylinux_2_35_x86_64");

    assertThat(
            Stream.of(
                    "py3-none-any",
                    "cp310-cp310-linux_x86_64",
                    "cp37-abi3-manylinux2014_x86_64",
                    "cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64",
                    "cp310-cp310-manylinux_2_35_x86_64",
                    "cp310-none-any",
                    "cp310-abi3-manylinux1_x86_64")
                .sorted((a, b) ->
                    Integer.compare(
                        tags.rank(Tag.parse(a)).orElseThrow(),
                        tags.rank(Tag.parse(b)).orElseThrow())))
        .containsExactly(
            "cp310-cp310-manylinux_2_35_x86_64",
            "cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64",
            "cp310-cp310-linux_x86_64",
            "cp310-abi3-manylinux1_x86_64",
            "cp37-abi3-manylinux2014_x86_64",
            "cp310-none-any",
            "py3-none-any");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cp311-cp311-manylinux_2_17_x86_64",
        "cp310-cp310-manylinux_2_36_x86_64",
        "cp310-cp310-manylinux_2_17_aarch64",
        "cp310-cp310-musllinux_1_1_x86_64",
        "cp311-abi3-manylinux_2_17_x86_64",
        "cp310-cp310t-manylinux_2_17_x86_64",
        "pp310-pypy310_pp73-manylinux_2_17_x86_64",
        "cp310-cp310-win_amd64",
        "py2-none-any",
      })
  void ranksNoWheelForAnotherPythonOrPlatform(String wheel) {
    assertThat(tags("cp310-manylinux_2_35_x86_64").rank(Tag.parse(wheel))).isEmpty();
  }

  private static SupportedTags tags(String target) {
    Matcher matcher = TARGET.matcher(target);
    assertThat(matcher.matches()).isTrue();
    return SupportedTags.cpython(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        !matcher.group(3).isEmpty(),
        Platform.parse(matcher.group(4)));
  }

  private static Map<String, List<String>> golden() throws IOException {
    Map<String, List<String>> targets = new LinkedHashMap<>();
    List<String> tags = new ArrayList<>();
    List<String> platforms = new ArrayList<>();
    for (String line : resource("golden.txt").lines().toList()) {
      if (line.startsWith("== ")) {
        tags = new ArrayList<>();
        platforms = new ArrayList<>();
        targets.put(line.substring(3), tags);
      } else if (line.endsWith("-*")) {
        String prefix = line.substring(0, line.length() - 1);
        platforms.stream().map(prefix::concat).forEach(tags::add);
      } else if (line.contains("-")) {
        tags.add(line);
      } else {
        platforms.add(line);
      }
    }
    return targets;
  }

  private static String resource(String name) throws IOException {
    try (InputStream resource =
        Objects.requireNonNull(SupportedTagsTest.class.getResourceAsStream(name))) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
