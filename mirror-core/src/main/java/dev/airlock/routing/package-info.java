/** Which index each project comes from, and what a server's configuration file says of it. */
@NullMarked
package dev.airlock.routing;

import org.jspecify.annotations.NullMarked;
