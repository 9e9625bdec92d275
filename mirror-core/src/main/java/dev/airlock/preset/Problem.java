package dev.airlock.preset;

/**
 * One mistake in a preset.
 *
 * @param file the file it is in
 * @param place the place in it: a key such as {@code targets[0].python}, or a line
 * @param found the value found, quoted
 * @param rule what is wrong with it, and the accepted form
 */
public record Problem(String file, String place, String found, String rule) {
  @Override
  public String toString() {
    return file
        + ": "
        + (place.isEmpty() ? "" : place + ": ")
        + (found.isEmpty() ? "" : found + ": ")
        + rule;
  }
}
