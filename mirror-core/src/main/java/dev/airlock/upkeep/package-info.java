/** Keeps a store sound: finds what is damaged, mends it, and takes away what nothing uses. */
@NullMarked
package dev.airlock.upkeep;

import org.jspecify.annotations.NullMarked;
