/** Placeholder. */
@NullMarked
package dev.airlock.tool;

import org.jspecify.annotations.NullMarked;
