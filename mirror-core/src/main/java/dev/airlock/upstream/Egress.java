package dev.airlock.upstream;

import dev.airlock.index.Authority;
import dev.airlock.packaging.MalformedException;
import java.net.IDN;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which hosts may be contacted; it grows when an upstream is added. It is asked before a request,
 * at every redirect, and once more for every address that a name resolves to. Through a proxy the
 * proxy resolves names, so the last question is the proxy's to ask.
 */
public final class Egress {
  /** No limits: for a user who names the addresses himself. */
  public static final Egress ANYWHERE = new Egress(true, Set.of(), List.of());

  /** The hosts that the pages of well-known indexes link to, by the host of the index. */
  public static final Map<String, Set<String>> COMPANIONS =
      Map.of(
          "pypi.org",
          Set.of("files.pythonhosted.org"),
          "test.pypi.org",
          Set.of("test-files.pythonhosted.org"),
          "download.pytorch.org",
          Set.of(
              "download-r2.pytorch.org",
              "d21usjoq99fcb9.cloudfront.net",
              "files.pythonhosted.org",
              "pypi.nvidia.com",
              "repo.amd.com"));

  private static final Set<Integer> USUAL_PORTS = Set.of(80, 443);

  /** What is no address of a public host, beside what {@link InetAddress} itself knows. */
  private static final List<Subnet> NOT_PUBLIC =
      Stream.of(
              "0.0.0.0/8",
              "100.64.0.0/10",
              "198.18.0.0/15",
              "2001::/32",
              "::ffff:0:0:0/96",
              "192.0.0.0/24",
              "240.0.0.0/4",
              "::/96",
              "64:ff9b:1::/48",
              "fc00::/7")
          .flatMap(text -> Subnet.of(text).stream())
          .toList();

  /** Where another address stands within one: NAT64 (RFC 6052) and 6to4 (RFC 3056). */
  private static final Map<Subnet, Integer> EMBEDDING =
      Map.of(subnet("64:ff9b::/96"), 12, subnet("2002::/16"), 2);

  private final boolean anywhere;
  private final Set<Place> upstreams;
  private final List<Host> hosts;

  private Egress(boolean anywhere, Set<Place> upstreams, List<Host> hosts) {
    this.anywhere = anywhere;
    this.upstreams = upstreams;
    this.hosts = hosts;
  }

  private static Subnet subnet(String text) {
    return Subnet.of(text).orElseThrow();
  }

  /**
   * The configured upstreams, and some hosts.
   *
   * @param upstreams addresses of indexes; their hosts and ports may be any, private ones too. One
   *     on a usual port is reached on port 80 and on port 443
   * @param hosts {@code NAME}, {@code *.NAME} or {@code NAME:PORT}, without a port for the usual
   *     ones; it must not resolve to a private, loopback, link-local or multicast address, unless
   *     it is itself written as an address
   * @throws IllegalArgumentException when a host is not of these forms
   */
  public static Egress only(Collection<URI> upstreams, Collection<String> hosts) {
    var egress =
        new Egress(
            false,
            ConcurrentHashMap.newKeySet(),
            new CopyOnWriteArrayList<>(hosts.stream().map(Host::parse).toList()));
    upstreams.forEach(egress::admit);
    return egress;
  }

  /**
   * Admits one more configured upstream, and the hosts that its pages link to where it is one of
   * the {@link #COMPANIONS}.
   */
  public void admit(URI upstream) {
    Optional<Place> place = anywhere ? Optional.empty() : Place.of(upstream);
    if (place.isEmpty() || !upstreams.add(place.get())) {
      return;
    }
    if (USUAL_PORTS.contains(place.get().port())) {
      USUAL_PORTS.forEach(port -> upstreams.add(new Place(place.get().host(), port)));
    }
    COMPANIONS.getOrDefault(place.get().host(), Set.of()).stream()
        .map(Host::parse)
        .filter(host -> !hosts.contains(host))
        .forEach(hosts::add);
  }

  /**
   * Why an address is not contacted, as a part of a sentence: {@code evil.example:443 is …}. By its
   * name alone: no name is resolved for this. Files of this machine are nothing to contact.
   */
  public Optional<String> refusal(URI address) {
    if (anywhere || Addresses.isFile(address)) {
      return Optional.empty();
    }
    Optional<Place> place = Place.of(address);
    if (place.isEmpty()) {
      return Optional.of("it names no host");
    }
    return isUpstream(place.get()) || isAllowed(place.get())
        ? Optional.empty()
        : Optional.of(place.get() + " is no configured upstream and no allowed host");
  }

  /** Why no connection is made to an address that a name resolved to. */
  Optional<String> refusal(InetSocketAddress endpoint) {
    Place place = new Place(canonical(endpoint.getHostString()), endpoint.getPort());
    if (anywhere || isUpstream(place)) {
      return Optional.empty();
    }
    if (!isAllowed(place)) {
      return Optional.of(place + " is no configured upstream and no allowed host");
    }
    InetAddress address = endpoint.getAddress();
    return Subnet.literal(place.host()).isPresent() || isPublic(address)
        ? Optional.empty()
        : Optional.of(
            place.host()
                + " resolves to "
                + address.getHostAddress()
                + ", which is no public address: state it as an index, or the address itself as an"
                + " allowed host");
  }

  private boolean isUpstream(Place place) {
    return upstreams.contains(place);
  }

  private boolean isAllowed(Place place) {
    return hosts.stream().anyMatch(host -> host.admits(place));
  }

  /** Whether an address may be somebody's on the public internet. */
  static boolean isPublic(InetAddress address) {
    return !address.isLoopbackAddress()
        && !address.isAnyLocalAddress()
        && !address.isLinkLocalAddress()
        && !address.isSiteLocalAddress()
        && !address.isMulticastAddress()
        && NOT_PUBLIC.stream().noneMatch(subnet -> subnet.contains(address))
        && EMBEDDING.entrySet().stream()
            .filter(embedding -> embedding.getKey().contains(address))
            .allMatch(embedding -> isPublic(embedded(address, embedding.getValue())));
  }

  private static InetAddress embedded(InetAddress address, int offset) {
    byte[] bytes = Arrays.copyOfRange(address.getAddress(), offset, offset + 4);
    return InetAddress.ofLiteral(
        "%d.%d.%d.%d".formatted(bytes[0] & 255, bytes[1] & 255, bytes[2] & 255, bytes[3] & 255));
  }

  /** One spelling for each host: addresses in one form, names in lower case without a dot last. */
  private static String canonical(String host) {
    return Subnet.literal(host)
        .map(InetAddress::getHostAddress)
        .orElseGet(() -> host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", ""));
  }

  /** A host, in its one spelling, and a port. */
  private record Place(String host, int port) {
    static Optional<Place> of(URI address) {
      int usual = "https".equalsIgnoreCase(address.getScheme()) ? 443 : 80;
      return Authority.of(address)
          .map(authority ->
              new Place(
                  canonical(authority.host()), authority.port() < 0 ? usual : authority.port()));
    }

    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** A host that is allowed, or all hosts below a name, on some ports. */
  private record Host(String name, boolean below, Set<Integer> ports) {
    private static final Pattern FORM =
        Pattern.compile("(\\*\\.)?(\\[[0-9a-fA-F:.]+]|[^\\s:/@*?#\\[\\]]+)(?::(\\d{1,5}))?");

    static Host parse(String text) {
      Matcher matcher = FORM.matcher(text);
      String port = matcher.matches() ? matcher.group(3) : null;
      if (!matcher.matches() || (port != null && !isPort(port))) {
        throw new IllegalArgumentException(
            "'"
                + MalformedException.abridge(Addresses.masked(text))
                + "' is no host: accepted are NAME, *.NAME, NAME:PORT and addresses such as"
                + " 10.0.0.5:8080 or [fd00::5]");
      }
      return new Host(
          canonical(ascii(matcher.group(2))),
          matcher.group(1) != null,
          port == null ? USUAL_PORTS : Set.of(Integer.parseInt(port)));
    }

    private static boolean isPort(String text) {
      int port = Integer.parseInt(text);
      return port > 0 && port < 1 << 16;
    }

    private static String ascii(String name) {
      return name.startsWith("[") ? name : IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
    }

    boolean admits(Place place) {
      return ports.contains(place.port())
          && (below ? place.host().endsWith("." + name) : place.host().equals(name));
    }
  }
}
