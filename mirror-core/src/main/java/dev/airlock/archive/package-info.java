/**
 * What stands inside wheels and sdists: their metadata, read without unpacking or running anything.
 */
@NullMarked
package dev.airlock.archive;

import org.jspecify.annotations.NullMarked;
