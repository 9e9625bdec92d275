package dev.airlock.server.http;

import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file of the tokens that clients may read with: a line {@code NAME sha256:HEX} each, empty
 * lines, and comments behind {@code #}. A token is 256 random bits, so that its plain SHA-256 tells
 * nothing of it.
 */
public final class TokenFile {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern LINE =
      Pattern.compile("(" + NAME.pattern() + ")\\s+sha256:([0-9A-Fa-f]{64})");
  private static final int RANDOM_BYTES = 32;
  private static final int QUOTED = 40;

  private TokenFile() {}

  /**
   * A token as the file knows it.
   *
   * @param name what it was made for
   * @param digest of its text
   */
  record Known(String name, Sha256 digest) {}

  /**
   * Reads a file.
   *
   * @throws IOException when it cannot be read, or a line is none; all such lines are named
   */
  static List<Known> read(Path file) throws IOException {
    List<String> lines;
    try {
      lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    } catch (NoSuchFileException e) {
      throw new IOException(
          "there is no file '"
              + file
              + "' of tokens: make a token with `airlock serve --new-token NAME --tokens "
              + file
              + "`",
          e);
    }
    var tokens = new ArrayList<Known>();
    var problems = new ArrayList<String>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*", "").strip();
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        tokens.add(new Known(matcher.group(1), new Sha256(matcher.group(2))));
      } else if (!line.isEmpty()) {
        problems.add("line " + (i + 1) + ", '" + quoted(line) + "'");
      }
    }
    if (!problems.isEmpty()) {
      throw new IOException(
          "'"
              + file
              + "' has lines that are no tokens: "
              + String.join("; ", problems)
              + ". Accepted is NAME sha256:HEX, as `airlock serve --new-token NAME` writes it");
    }
    return List.copyOf(tokens);
  }

  /**
   * Makes a token and appends its digest to a file, which is made when it is missing. Only its
   * owner may read a file made so, where the file system knows owners.
   *
   * @return the token, which is kept nowhere
   * @throws IllegalArgumentException when the name is none
   * @throws IOException when the name is taken, or the file cannot be written
   */
  public static String append(Path file, String name) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'"
              + quoted(name)
              + "' is no name for a token: accepted are up to 64 letters, digits, '.', '_' and '-',"
              + " the first a letter or a digit");
    }
    boolean exists = Files.exists(file);
    if (exists && read(file).stream().anyMatch(token -> token.name().equals(name))) {
      throw new IOException(
          "'"
              + file
              + "' has a token '"
              + name
              + "' already: remove its line, or use another name");
    }
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    String before = exists ? Files.readString(file) : "";
    String gap = before.isEmpty() || before.endsWith("\n") ? "" : "\n";
    String line = name + " sha256:" + Sha256.of(token.getBytes(StandardCharsets.US_ASCII)) + "\n";
    DurableFiles.write(file, (before + gap + line).getBytes(StandardCharsets.UTF_8));
    hide(file);
    return token;
  }

  private static void hide(Path file) throws IOException {
    if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  /** Not all of it: somebody may have put a token where its digest belongs. */
  private static String quoted(String text) {
    int shown = Math.min(QUOTED, text.length() / 3);
    return text.length() <= 8 ? text : text.substring(0, shown) + "…";
  }
}
