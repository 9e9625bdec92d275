/** Core metadata of distributions (PEP 566, 643, 685). */
@NullMarked
package dev.airlock.packaging.metadata;

import org.jspecify.annotations.NullMarked;
