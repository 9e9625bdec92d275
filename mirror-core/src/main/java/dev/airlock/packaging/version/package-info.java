/** Versions and version specifiers (PEP 440). */
@NullMarked
package dev.airlock.packaging.version;

import org.jspecify.annotations.NullMarked;
