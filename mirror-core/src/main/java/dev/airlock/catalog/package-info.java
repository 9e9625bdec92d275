/**
 * Which blob is which file of which project of which index, and the pages and presets that are
 * held.
 */
@NullMarked
package dev.airlock.catalog;

import org.jspecify.annotations.NullMarked;
