package dev.airlock.upstream;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Credentials by host, from {@code ~/.netrc} or the file that {@code NETRC} names. */
final class Netrc {
  /** A user and a password. Its text does not show the password. */
  record Login(String user, String password) {
    /** Reads what stands before the {@code @} of an address. */
    static Login ofAddress(String userInfo) {
      String[] parts = userInfo.split(":", 2);
      return new Login(decoded(parts[0]), parts.length < 2 ? "" : decoded(parts[1]));
    }

    private static String decoded(String part) {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return user + ":***";
    }
  }

  private static final Pattern TOKEN = Pattern.compile("\\S+");
  private static final String DEFAULT = "";

  private final Map<String, Login> logins;

  private Netrc(Map<String, Login> logins) {
    this.logins = logins;
  }

  static Netrc read(Map<String, String> environment, Path home) throws IOException {
    String named = environment.getOrDefault("NETRC", "");
    Path file = named.isBlank() ? home.resolve(".netrc") : Path.of(named);
    try {
      return parse(Files.exists(file) ? Files.readString(file) : "");
    } catch (IOException e) {
      throw new IOException(
          "the credentials in "
              + file
              + " cannot be read: it has to be a text that this user may"
              + " read ("
              + e.getClass().getSimpleName()
              + ")",
          e);
    }
  }

  static Netrc parse(String text) {
    Map<String, Login> logins = new HashMap<>();
    Matcher tokens = TOKEN.matcher(text);
    String host = null;
    String user = "";
    String password = "";
    while (tokens.find()) {
      String token = tokens.group();
      switch (token) {
        case "machine", "default" -> {
          put(logins, host, user, password);
          host = token.equals("default") ? DEFAULT : next(tokens).toLowerCase(Locale.ROOT);
          user = "";
          password = "";
        }
        case "login" -> user = next(tokens);
        case "password" -> password = next(tokens);
        case "account" -> next(tokens);
        default -> {
          // A comment begins only where a keyword may stand; a password may begin with '#' too.
          int end = token.startsWith("#") ? text.indexOf('\n', tokens.end()) : tokens.end();
          tokens.region(end < 0 ? text.length() : end, text.length());
        }
      }
    }
    put(logins, host, user, password);
    return new Netrc(logins);
  }

  private static String next(Matcher tokens) {
    return tokens.find() ? tokens.group() : "";
  }

  private static void put(
      Map<String, Login> logins, @Nullable String host, String user, String password) {
    if (host != null && !user.isEmpty()) {
      logins.putIfAbsent(host, new Login(user, password));
    }
  }

  Optional<Login> of(String host) {
    return Optional.ofNullable(
        logins.getOrDefault(host.toLowerCase(Locale.ROOT), logins.get(DEFAULT)));
  }
}
