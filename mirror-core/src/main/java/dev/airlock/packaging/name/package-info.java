/** Normalised project and extra names (PEP 503, PEP 685). */
@NullMarked
package dev.airlock.packaging.name;

import org.jspecify.annotations.NullMarked;
