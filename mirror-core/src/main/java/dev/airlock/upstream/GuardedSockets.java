package dev.airlock.upstream;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.SocketFactory;

/**
 * Sockets that ask before they connect, when the name is resolved already: what they are told then
 * is true of the very address that they connect to.
 */
final class GuardedSockets extends SocketFactory {
  private final Function<InetSocketAddress, Optional<String>> refusal;

  /** Sockets that connect to nothing that this gives a reason against. */
  GuardedSockets(Function<InetSocketAddress, Optional<String>> refusal) {
    this.refusal = refusal;
  }

  /** A connection that was not made, for the reason in its message. */
  static final class RefusedException extends ConnectException {
    private static final long serialVersionUID = 1L;

    private RefusedException(String why) {
      super(why);
    }

    /** The refusal among the causes, and the failures to connect to other addresses of the name. */
    static Optional<RefusedException> in(Throwable failure) {
      if (failure instanceof RefusedException refused) {
        return Optional.of(refused);
      }
      return Stream.concat(
              Stream.ofNullable(failure.getCause()), Stream.of(failure.getSuppressed()))
          .flatMap(other -> in(other).stream())
          .findFirst();
    }
  }

  @Override
  public Socket createSocket() {
    return new Socket() {
      @Override
      public void connect(SocketAddress endpoint, int timeout) throws IOException {
        if (endpoint instanceof InetSocketAddress resolved) {
          Optional<String> why = refusal.apply(resolved);
          if (why.isPresent()) {
            throw new RefusedException(why.get());
          }
        }
        super.connect(endpoint, timeout);
      }
    };
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw connectsLater();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
    throw connectsLater();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw connectsLater();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
    throw connectsLater();
  }

  private static UnsupportedOperationException connectsLater() {
    return new UnsupportedOperationException("these sockets are connected by whoever takes them");
  }
}
