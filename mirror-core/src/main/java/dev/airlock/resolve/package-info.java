/**
 * The version solver (PubGrub). It asks about the world through {@link
 * dev.airlock.resolve.Candidates} alone.
 */
@NullMarked
package dev.airlock.resolve;

import org.jspecify.annotations.NullMarked;
