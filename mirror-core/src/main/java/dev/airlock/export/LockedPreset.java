package dev.airlock.export;

import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedVersions;
import java.util.List;

/**
 * A preset to be exported.
 *
 * @param name its name
 * @param lock its lock, every file of which the store holds
 * @param requirements what an install of it asks for, one requirement a line
 */
public record LockedPreset(String name, Lock lock, String requirements) {
  private static final String OURS = "airlock-";

  /** Where the locked versions are, in the form of a constraints file. */
  public static String constraintsPlace(String preset) {
    return OURS + preset + ".constraints.txt";
  }

  /** Where the requirements are. */
  public static String requirementsPlace(String preset) {
    return OURS + preset + ".requirements.txt";
  }

  /** Where the texts of a preset are. */
  static List<String> textPlaces(String preset) {
    return List.of(constraintsPlace(preset), requirementsPlace(preset));
  }

  String constraints() {
    return LockedVersions.of(lock);
  }
}
