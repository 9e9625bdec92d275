/** One page, one core metadata or one file from its upstream into the store. */
@NullMarked
package dev.airlock.fetch;

import org.jspecify.annotations.NullMarked;
