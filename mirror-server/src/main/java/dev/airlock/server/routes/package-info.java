/** Which address is answered by what. */
@NullMarked
package dev.airlock.server.routes;

import org.jspecify.annotations.NullMarked;
