package dev.airlock.lock;

import dev.airlock.digest.Sha256;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes locked versions. The digest of a file is that of its name, unless another is given. */
final class LockedBuilder {
  static final URI PYPI = URI.create("https://pypi.org/simple/");

  private final ProjectName project;
  private final Version version;
  private final List<LockedFile> wheels = new ArrayList<>();
  private LockedPackage.Role role = LockedPackage.Role.INSTALL;
  private List<String> targets = List.of();
  private List<Requirement> requires = List.of();
  private List<Requirement> buildRequires = List.of();
  private Optional<LockedFile> sdist = Optional.empty();

  private LockedBuilder(ProjectName project, Version version) {
    this.project = project;
    this.version = version;
  }

  static LockedBuilder locked(String project, String version) {
    return new LockedBuilder(new ProjectName(project), Version.parse(version));
  }

  LockedBuilder role(LockedPackage.Role newRole) {
    role = newRole;
    return this;
  }

  LockedBuilder targets(List<String> newTargets) {
    targets = newTargets;
    return this;
  }

  LockedBuilder on(Target... newTargets) {
    return targets(Stream.of(newTargets).map(Target::toString).toList());
  }

  LockedBuilder requires(String... texts) {
    requires = Stream.of(texts).map(Requirement::parse).toList();
    return this;
  }

  LockedBuilder buildRequires(String... texts) {
    buildRequires = Stream.of(texts).map(Requirement::parse).toList();
    return this;
  }

  LockedBuilder wheel(String name, long size) {
    return wheel(name, size, name);
  }

  LockedBuilder wheel(String name, long size, String content) {
    wheels.add(file(name, size, content));
    return this;
  }

  LockedBuilder sdist(String name) {
    sdist = Optional.of(file(name, 5, name));
    return this;
  }

  private LockedFile file(String name, long size, String content) {
    return new LockedFile(
        DistributionFilename.of(name, project).orElseThrow(),
        PYPI.resolve(project + "/" + name.replace("+", "%2B")),
        size,
        Sha256.of(content.getBytes(StandardCharsets.UTF_8)),
        Optional.of(Instant.parse("2024-06-30T12:00:00.123456Z")));
  }

  LockedPackage build() {
    return new LockedPackage(
        project,
        version,
        role,
        PYPI,
        SpecifierSet.parse(">=3.8"),
        targets,
        requires,
        buildRequires,
        wheels,
        sdist);
  }
}
