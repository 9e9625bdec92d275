package dev.airlock.readyset;

import static dev.airlock.readyset.ReadySets.hash;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.preset.Selection;
import dev.airlock.readyset.ReadySet.Location;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequirementsFileTest {
  private static final String FILE = "requirements.txt";

  @TempDir Path folder;

  private ReadySets sets;

  @BeforeEach
  void begin() {
    sets = new ReadySets(folder);
  }

  private List<String> lines(String text) throws Exception {
    return sets.file(FILE, text).lines(FILE);
  }

  private List<String> problems(String text) throws IOException {
    return sets.file(FILE, text).problems(FILE);
  }

  @Test
  void readsRequirementsWithCommentsMarkersAndContinuedLines() throws Exception {
    ReadySet set =
        sets.file(
                FILE,
                """
                # frozen \\
                Requests[socks,security] >= 2.0 ; python_version >= "3.8"  # why

                rich \\
                    >= 13, \\
                    < 14
                idna
                """)
            .read(FILE);
    assertThat(ReadySets.lines(set))
        .containsExactly(
            "requests[socks,security]>=2.0; python_version >= \"3.8\"", "rich>=13,<14", "idna");
    assertThat(set.lines()).map(ReadySet.Line::number).containsExactly(2, 4, 7);
    assertThat(set.rules().complete()).isFalse();
  }

  @Test
  void includesOtherFilesFromTheirOwnFolders() throws Exception {
    sets.file("base/more.txt", "rich\n-c deep/limits.txt\n-r ../last.txt\n")
        .file("base/deep/limits.txt", "idna<4\n-r required.txt\n")
        .file("base/deep/required.txt", "attrs\n")
        .file("last.txt", "idna");
    ReadySet set = sets.file(FILE, "--requirement=base/more.txt\n-rlast.txt\n").read(FILE);
    assertThat(ReadySets.lines(set)).containsExactly("rich", "attrs", "idna");
    assertThat(set.constraints()).hasToString("[idna<4]");
  }

  @Test
  void readsEachFileOnceAsRequirementsAndOnceAsConstraints() throws Exception {
    for (int i = 0; i < 60; i++) {
      sets.file("r" + i + ".txt", "-r r%1$d.txt -r r%1$d.txt\n".formatted(i + 1));
    }
    sets.file("r60.txt", "leaf<2\n");
    ReadySet set = sets.file(FILE, "-r r0.txt\n-c r60.txt\n-c r60.txt\n").read(FILE);
    assertThat(ReadySets.lines(set)).containsExactly("leaf<2");
    assertThat(set.constraints()).hasToString("[leaf<2]");
  }

  @Test
  void quotesTheBeginningOfALongLine() throws Exception {
    String a = "a".repeat(100_000);
    String text =
        "foo ~ %1$s\n--%1$s\nfoo==1 --hash=sha256:%1$s\nfoo==%1$s\n-r %1$s\n-c x://%1$s\n-e %1$s\n"
            .formatted(a);
    assertThat(problems(text))
        .hasSize(7)
        .allSatisfy(line -> assertThat(line).contains("aaa… (100").hasSizeLessThan(1500));
  }

  @Test
  void readsWhereToLook() throws Exception {
    ReadySet set =
        sets.file(
                FILE,
                """
                -i https://first.example/simple
                --index-url=https://pypi.example/simple/
                --extra-index-url https://more.example/simple --find-links wheels
                -f https://flat.example/list.html
                idna
                """)
            .read(FILE);
    assertThat(set.places().index())
        .contains(Location.simple(URI.create("https://pypi.example/simple/")));
    assertThat(set.places().searched())
        .containsExactly(
            Location.flat(folder.resolve("wheels").toUri()),
            Location.flat(URI.create("https://flat.example/list.html")),
            Location.simple(URI.create("https://more.example/simple")));
  }

  @Test
  void looksNowhereElseWithoutAnIndex() throws Exception {
    ReadySet.Places places =
        sets.file(
                FILE, "--no-index\n--extra-index-url https://a.example\n-f first\n-f wheels\nidna")
            .read(FILE)
            .places();
    assertThat(places.index()).contains(Location.flat(folder.resolve("wheels").toUri()));
    assertThat(places.searched()).containsExactly(Location.flat(folder.resolve("first").toUri()));
    assertThat(problems("--no-index\nidna"))
        .containsExactly(
            "requirements.txt: --no-index: without --find-links there is nowhere to look");
  }

  @Test
  void keepsNoCredentials() throws Exception {
    sets.variable("TOKEN", "s3cr:t%2F@x");
    ReadySet set =
        sets.file(
                FILE,
                "-i https://me:${TOKEN}@pypi.example/simple/\n--extra-index-url"
                    + " https://${UNSET}@more.example/\nidna")
            .read(FILE);
    assertThat(set.places().index())
        .contains(Location.simple(URI.create("https://pypi.example/simple/")));
    assertThat(set.places().searched())
        .containsExactly(Location.simple(URI.create("https://more.example/")));
    assertThat(set.notes())
        .containsExactly(
            "the credentials in the address https://pypi.example/simple/ are not kept: put them"
                + " into ~/.netrc",
            "the credentials in the address https://more.example/ are not kept: put them into"
                + " ~/.netrc");
  }

  @Test
  void expandsOnlyVariablesThatAreSet() throws Exception {
    sets.variable("RICH", "rich==13.0").variable("lower", "no");
    assertThat(lines("${RICH}\n")).containsExactly("rich==13.0");
    assertThat(problems("${UNSET}\n").getFirst()).contains("line 1", "${UNSET}");
    assertThat(problems("${lower}\n").getFirst()).contains("${lower}");
  }

  @Test
  void readsWhatIsTaken() throws Exception {
    ReadySet set =
        sets.file(
                FILE,
                """
                --pre
                --only-binary :all:
                --no-binary Foo.Bar,baz
                --use-feature fast-deps
                idna --config-settings "a=b c" --global-option=x
                """)
            .read(FILE);
    assertThat(set.rules().prereleases().all()).isTrue();
    assertThat(set.rules().noBuild().all()).isTrue();
    assertThat(set.rules().noBinary().projects()).map(Object::toString).contains("foo-bar", "baz");
  }

  /** As {@code FormatControl.handle_mutual_excludes} of pip has it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no a; only a                  |           | a
          no a; only :all:              |           | :all:
          no :all:; only a; no a        | :all:     |
          no a,:all:,b; only c          | :all:     | c
          no a,:none:                   |           |
          no :all:,:none:,b             | b         |
          """)
  void letsTheLaterFormatWin(String options, String noBinary, String onlyBinary) {
    var formats = new FormatControl();
    for (String option : options.split(";", -1)) {
      String[] words = option.strip().split(" ", -1);
      if (words[0].equals("no")) {
        formats.noBinary(words[1]);
      } else {
        formats.onlyBinary(words[1]);
      }
    }
    assertThat(text(formats.noBinary())).isEqualTo(noBinary == null ? "" : noBinary);
    assertThat(text(formats.noBuild())).isEqualTo(onlyBinary == null ? "" : onlyBinary);
  }

  private static String text(Selection selection) {
    return selection.all()
        ? ":all:"
        : String.join(",", selection.projects().stream().map(Object::toString).toList());
  }

  // --- hashes

  @Test
  void readsHashes() throws Exception {
    ReadySet set =
        sets.file(
                FILE,
                "idna==3.4 \\\n    --hash="
                    + hash('a')
                    + " \\\n    --hash "
                    + hash('b')
                    + "\n"
                    + "rich===13.0 --hash="
                    + hash('c')
                    + "\n")
            .read(FILE);
    assertThat(ReadySets.lines(set))
        .containsExactly(
            "idna==3.4 --hash=" + hash('a') + " --hash=" + hash('b'),
            "rich===13.0 --hash=" + hash('c'));
    assertThat(set.rules().hashed()).isTrue();
  }

  @Test
  void wantsAllPinnedAndHashedWhereOneIs() throws Exception {
    assertThat(
            problems(
                "idna==3.4 --hash="
                    + hash('a')
                    + "\nrich==13.0\nattrs>=2 --hash="
                    + hash('b')
                    + "\nsix==1.* --hash="
                    + hash('b')
                    + "\nwinonly; sys_platform == 'win32'\n"))
        .satisfiesExactly(
            line -> assertThat(line).contains("line 2: 'rich==13.0'", "all have to have one"),
            line -> assertThat(line).contains("line 3: 'attrs>=2'", "pinned with =="),
            line -> assertThat(line).contains("line 4: 'six==1.*'", "pinned with =="));
    assertThat(problems("--require-hashes\nidna==3.4"))
        .containsExactly(
            "requirements.txt: line 2: 'idna==3.4': where one requirement has a hash, all have to"
                + " have one, as in --hash=sha256:…");
    assertThat(lines("--no-require-hashes\nrich\nidna==3.4 --hash=" + hash('a'))).hasSize(2);
  }

  @Test
  void keepsNoPreferenceForOlderWheels() throws Exception {
    assertThat(problems("--prefer-binary\nidna").getFirst()).contains("line 1", "--only-binary");
    assertThat(lines("--prefer-binary\nidna==3.4 --hash=" + hash('a'))).hasSize(1);
  }

  // --- mistakes

  @Test
  void tellsAllMistakesWithTheirFilesAndLines() throws Exception {
    sets.file("more.txt", "-e .\nnot a requirement\n-r requirements.txt\n")
        .file("limits.txt", "idna[x]<4\nrich==1 --hash=" + hash('a') + "\n");
    assertThat(
            problems(
                """
                ./local
                git+https://git.example/x.git@main
                pkg @ https://host.example/pkg-1.0-py3-none-any.whl
                wheels/pkg-1.0-py3-none-any.whl
                --frobnicate
                -r more.txt
                -c limits.txt
                -r absent.txt
                -r https://host.example/r.txt
                idna --hash=md5:0123
                --index-url
                -i ftp://x/
                """))
        .satisfiesExactly(
            line -> assertThat(line).contains("requirements.txt: line 1: './local'", "path"),
            line -> assertThat(line).contains("line 2", "an address"),
            line -> assertThat(line).contains("line 3", "requirements by address"),
            line -> assertThat(line).contains("line 4", "path"),
            line -> assertThat(line).contains("line 5", "'--frobnicate' is not known"),
            line -> assertThat(line).contains("more.txt: line 1: '-e .'"),
            line -> assertThat(line).contains("more.txt: line 2: 'not a requirement'"),
            line -> assertThat(line).contains("more.txt: line 3", "includes itself"),
            line -> assertThat(line).contains("limits.txt: line 1", "has no extras"),
            line -> assertThat(line).contains("limits.txt: line 2", "hashes of constraints"),
            line -> assertThat(line).contains("line 8", "there is no file"),
            line -> assertThat(line).contains("line 9", "save it"),
            line -> assertThat(line).contains("line 10", "'md5:0123' is no hash"),
            line -> assertThat(line).contains("line 11", "--index-url needs a value"),
            line -> assertThat(line).contains("line 12", "accepted are http, https"));
  }

  @Test
  void hasNoExtrasOrGroups() throws Exception {
    assertThat(sets.extra("x").file(FILE, "idna").problems(FILE).getFirst())
        .contains("has no extras or groups");
  }

  @Test
  void saysThatItAsksForNothing() throws Exception {
    assertThat(problems("# nothing\n").getFirst())
        .contains("it asks for nothing on [cp310-manylinux_2_35_x86_64]");
  }

  @Test
  void readsNoFilesOfOtherKinds() throws Exception {
    assertThat(sets.file("Pipfile.lock", "{}").problems("Pipfile.lock").getFirst())
        .contains("'Pipfile.lock'", "accepted are pylock.toml");
  }

  // --- encodings

  @ParameterizedTest
  @CsvSource({"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void readsByteOrderMarks(String charset) throws Exception {
    byte[] text = "\uFEFFidna  # für später\n".getBytes(Charset.forName(charset));
    Files.write(folder.resolve(FILE), text);
    assertThat(sets.lines(FILE)).containsExactly("idna");
  }

  @Test
  void readsTheEncodingThatTheFirstLinesSay() throws Exception {
    Files.write(
        folder.resolve(FILE),
        "#!x\n# -*- coding: latin-1 -*-\nidna # für\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(sets.lines(FILE)).containsExactly("idna");
    Files.write(folder.resolve(FILE), "idna # für\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(sets.problems(FILE).getFirst()).contains("it is not in UTF-8");
    Files.writeString(folder.resolve(FILE), "# coding: klingon\nidna\n");
    assertThat(sets.problems(FILE).getFirst()).contains("'klingon', which is not known");
  }
}
