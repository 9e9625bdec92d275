/** The floor plan of the house, and the rules that hold it. */
@NullMarked
package dev.airlock.architecture;

import org.jspecify.annotations.NullMarked;
