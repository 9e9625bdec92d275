/** Dependency specifiers and environment markers (PEP 508). */
@NullMarked
package dev.airlock.packaging.marker;

import org.jspecify.annotations.NullMarked;
