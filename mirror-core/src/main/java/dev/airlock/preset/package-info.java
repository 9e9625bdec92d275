/** Presets: what to mirror, for which targets, from which indexes. */
@NullMarked
package dev.airlock.preset;

import org.jspecify.annotations.NullMarked;
