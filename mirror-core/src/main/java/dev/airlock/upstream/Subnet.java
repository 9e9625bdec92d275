package dev.airlock.upstream;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A range of addresses of the network layer, such as {@code 10.0.0.0/8} (RFC 4632) or {@code
 * fc00::/7}.
 *
 * @param first an address in it
 * @param bits how many leading bits its addresses have in common
 */
record Subnet(InetAddress first, int bits) {
  private static final Pattern FORM = Pattern.compile("(.+)/(\\d{1,3})");
  private static final Pattern NUMERIC =
      Pattern.compile("\\d+(\\.\\d+){0,3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%.*)?");

  /** Reads a range; empty when it is none. */
  static Optional<Subnet> of(String text) {
    var matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int bits = Integer.parseInt(matcher.group(2));
    return literal(matcher.group(1))
        .filter(address -> bits <= address.getAddress().length * Byte.SIZE)
        .map(address -> new Subnet(address, bits));
  }

  /** The address that a host is by itself, in brackets or not; empty when it is a name. */
  static Optional<InetAddress> literal(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (!NUMERIC.matcher(bare).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(bare));
    } catch (IllegalArgumentException aName) {
      return Optional.empty();
    }
  }

  boolean contains(InetAddress address) {
    byte[] mine = first.getAddress();
    byte[] other = address.getAddress();
    int rest = mine.length * Byte.SIZE - bits;
    return mine.length == other.length
        && new BigInteger(1, mine)
            .shiftRight(rest)
            .equals(new BigInteger(1, other).shiftRight(rest));
  }
}
