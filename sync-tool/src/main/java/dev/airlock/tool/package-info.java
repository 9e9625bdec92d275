/** The program {@code airlock}: its wiring, and where it begins. */
@NullMarked
package dev.airlock.tool;

import org.jspecify.annotations.NullMarked;
