/** Indexes and files elsewhere: HTTP, file system, pip's configuration. The only user of OkHttp. */
@NullMarked
package dev.airlock.upstream;

import org.jspecify.annotations.NullMarked;
