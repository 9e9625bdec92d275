package dev.airlock.catalog;

import dev.airlock.index.ProjectPage;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * The page of a project as an upstream gave it.
 *
 * @param page what it says
 * @param source where it was read, after redirects
 * @param read when it was read or last confirmed
 * @param etag the validator that the upstream gave it
 */
public record HeldPage(ProjectPage page, URI source, Instant read, Optional<String> etag) {}
