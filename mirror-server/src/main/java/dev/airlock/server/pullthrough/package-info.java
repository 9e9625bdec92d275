/** What the mirror has of each index, whether from the store alone or from upstreams as well. */
@NullMarked
package dev.airlock.server.pullthrough;

import org.jspecify.annotations.NullMarked;
