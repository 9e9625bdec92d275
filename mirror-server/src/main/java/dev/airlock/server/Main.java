package dev.airlock.server;

import dev.airlock.digest.Placeholder;
import java.util.List;

/** To be thrown away. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.out.println("server " + Placeholder.word() + " " + List.of(args));
  }
}
