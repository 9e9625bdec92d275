# Airlock itself as an image: the server, and every other command. The context is the root of the repository, built:
#
#   ./airlock --version
#   docker build -f docker/mirror.Dockerfile -t airlock .
#   docker run --read-only --tmpfs /tmp -v airlock:/store -p 127.0.0.1:3143:3143 airlock
#   docker run --read-only --tmpfs /tmp -v airlock:/store airlock sync PRESET
#
# The jars come from the context, for sites whose builds reach no Maven repository. They are the same on every platform.

# A JDK 25 with jlink on its PATH, and what the image is based on: a glibc not older than the JDK's, sh and bash.
ARG JDK_IMAGE=eclipse-temurin:25-jdk
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${JDK_IMAGE} AS java
RUN ["jlink", "--output", "/opt/airlock-java", "--strip-java-debug-attributes", "--no-header-files", "--no-man-pages", "--compress=zip-6", \
     "--add-modules", "java.base,java.logging,java.management,java.naming,java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.httpserver,jdk.unsupported"]

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Airlock" \
      org.opencontainers.image.description="A mirror of Python packages for builds behind firewalls and air gaps" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=java /opt/airlock-java /opt/java
COPY airlock docker/mirror-health.sh /opt/airlock/
COPY presets /opt/airlock/presets/
COPY mirror-server/target/mirror-server-*.jar /opt/airlock/mirror-server/target/
COPY mirror-server/target/lib /opt/airlock/mirror-server/target/lib/
COPY sync-tool/target/sync-tool-*.jar /opt/airlock/sync-tool/target/
COPY sync-tool/target/lib /opt/airlock/sync-tool/target/lib/
# A new volume takes over the folder's owner. By number, so that Kubernetes can see that it is not root.
RUN ["install", "-d", "-o", "10001", "-g", "10001", "/store", "/srv/presets"]
# AIRLOCK_NO_CACHE: the image is not written when it runs.
ENV AIRLOCK_JAVA_HOME=/opt/java AIRLOCK_STORE=/store AIRLOCK_NO_BUILD=1 AIRLOCK_NO_CACHE=1 HOME=/tmp
USER 10001:10001
# Presets of one's own go to /srv/presets.
WORKDIR /srv
VOLUME /store
EXPOSE 3143
HEALTHCHECK --interval=15s --timeout=5s --start-period=15s --retries=3 CMD ["/opt/airlock/mirror-health.sh"]
# The launcher replaces itself by the JVM, so that signals reach the server.
ENTRYPOINT ["/opt/airlock/airlock"]
CMD ["serve", "--listen", "0.0.0.0:3143"]
