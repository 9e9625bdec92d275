/** Content-addressed blobs, durable and never modified. */
@NullMarked
package dev.airlock.store;

import org.jspecify.annotations.NullMarked;
