package dev.airlock.catalog;

import dev.airlock.digest.Sha256;
import dev.airlock.packaging.name.ProjectName;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Which file of which project of which index: what an entry of the catalogue is found by.
 *
 * @param index the index
 * @param project the project
 * @param filename the name of the file
 */
public record FileKey(IndexKey index, ProjectName project, String filename) {
  private static final Pattern IN_TRASH = Pattern.compile("[0-9a-f]{64}\\.entry");

  /** What its entry is called in the trash, whose bags have no folders. */
  public String inTrash() {
    String path = index.value() + "/" + project.value() + "/" + filename;
    return Sha256.of(path.getBytes(StandardCharsets.UTF_8)).hex() + ".entry";
  }

  /** Whether something that lies in the trash is an entry. */
  public static boolean isEntry(String inTrash) {
    return IN_TRASH.matcher(inTrash).matches();
  }
}
