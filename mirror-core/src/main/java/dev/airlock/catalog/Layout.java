package dev.airlock.catalog;

import dev.airlock.files.PortableNames;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where which document is, as {@code docs/format.md} lays it out. */
record Layout(Path root) {
  static final String EXTENSION = ".json";
  static final String INDEX = "index.json";
  static final String FILES = "files";
  static final String METADATA = "metadata";
  static final String PAGES = "pages";
  static final String COPIES = "copies";

  Path indexes() {
    return root.resolve("indexes");
  }

  Path index(IndexKey index) {
    return of(index).resolve(INDEX);
  }

  Path files(IndexKey index) {
    return of(index).resolve(FILES);
  }

  Path files(IndexKey index, ProjectName project) {
    return files(index).resolve(project.value());
  }

  /** The folder of all files of one name, which differ in their digests. */
  Path files(IndexKey index, DistributionFilename name) {
    return files(index, name.project()).resolve(PortableNames.encode(name.text()));
  }

  Path file(FileKey file) {
    return files(file.index(), file.name()).resolve(file.sha256().hex() + EXTENSION);
  }

  Path metadata(IndexKey index) {
    return of(index).resolve(METADATA);
  }

  Path metadata(IndexKey index, ProjectName project) {
    return metadata(index).resolve(project.value());
  }

  Path metadata(IndexKey index, ProjectName project, String filename) {
    return metadata(index, project).resolve(document(filename));
  }

  Path pages(IndexKey index) {
    return of(index).resolve(PAGES);
  }

  Path page(IndexKey index, ProjectName project) {
    return pages(index).resolve(project.value() + EXTENSION);
  }

  Path presets() {
    return root.resolve("presets");
  }

  Path preset(String name) {
    return presets().resolve(name + EXTENSION);
  }

  Path copies() {
    return presets().resolve(COPIES);
  }

  /** The second copy of a preset, which counts while the first one is damaged. */
  Path copy(String name) {
    return copies().resolve(name + EXTENSION);
  }

  private Path of(IndexKey index) {
    return indexes().resolve(index.value());
  }

  /** What a document is called, without its extension. */
  static String withoutExtension(@Nullable Path document) {
    String name = document == null ? "" : String.valueOf(document.getFileName());
    return name.endsWith(EXTENSION) ? name.substring(0, name.length() - EXTENSION.length()) : name;
  }

  private static String document(String filename) {
    return PortableNames.encode(filename) + EXTENSION;
  }
}
