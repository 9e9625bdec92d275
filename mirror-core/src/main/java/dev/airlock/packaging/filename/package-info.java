/** Names of wheel and sdist files (PEP 427, PEP 625 and the older sdist names). */
@NullMarked
package dev.airlock.packaging.filename;

import org.jspecify.annotations.NullMarked;
