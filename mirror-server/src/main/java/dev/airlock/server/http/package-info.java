/** HTTP as the rest of the server sees it, and the one package that knows Undertow and statuses. */
@NullMarked
package dev.airlock.server.http;

import org.jspecify.annotations.NullMarked;
