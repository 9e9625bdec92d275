/** Digests of bytes, and streams that compute them. */
@NullMarked
package dev.airlock.digest;

import org.jspecify.annotations.NullMarked;
