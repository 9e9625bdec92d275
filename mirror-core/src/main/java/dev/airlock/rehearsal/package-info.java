/** The proof that an install of a preset succeeds from the store alone. */
@NullMarked
package dev.airlock.rehearsal;

import org.jspecify.annotations.NullMarked;
