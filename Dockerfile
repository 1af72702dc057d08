# The image of peer-exporter. docs/container.md has the commands that build, check and run it.

# Any Node of package.json's engines. The base image needs Node in /nodejs/bin or on the usual PATH, but no shell.
# By tag, because the digest of a tag changes with every update of the base; a release names both by digest.
ARG BUILD_IMAGE=docker.io/library/node:22-bookworm-slim
ARG RUN_IMAGE=gcr.io/distroless/nodejs22-debian12:nonroot

# The bundle is plain JavaScript, the same for every architecture, so the builder's architecture builds it.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
# What .dockerignore lets through: the program contains schema, dashboards, rules and documents.
COPY . .
# The history is not here: --version prints these.
ARG REVISION=unknown
ARG CREATED=unknown
RUN PEER_EXPORTER_REVISION="${REVISION}" PEER_EXPORTER_CREATED="${CREATED}" node scripts/build.mjs
RUN node scripts/sbom.mjs && PEER_EXPORTER_CREATED="${CREATED}" node scripts/image-files.mjs /image
# The labels must not name a base digest that FROM did not use.
ARG RUN_IMAGE
ARG BASE_NAME=${RUN_IMAGE}
ARG BASE_DIGEST=unknown
RUN case "${BASE_DIGEST} ${RUN_IMAGE}" in \
      "unknown ${BASE_NAME}" | \
      "${BASE_DIGEST} ${BASE_NAME}@${BASE_DIGEST}" | \
      "${BASE_DIGEST} ${BASE_NAME%:*}@${BASE_DIGEST}") ;; \
      *) echo "RUN_IMAGE is not BASE_NAME@BASE_DIGEST: give all three, or RUN_IMAGE alone" >&2; exit 1 ;; \
    esac

FROM ${RUN_IMAGE}
# Distroless has Node in /nodejs/bin, Debian in /usr/local/bin. An entry point cannot use a build argument, but it is
# looked up in this PATH.
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /app
# In the modes that scripts/image-files.mjs sets, whatever those of the clone are.
COPY --from=build /image .
# A number, so that Kubernetes can check that it is not root (runAsNonRoot).
USER 65532:65532
EXPOSE 10900
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s --retries=3 \
  CMD ["node", "/app/dist/main.js", "healthcheck"]
ENTRYPOINT ["node", "/app/dist/main.js"]

# At the end, because they change with every revision, unlike the layers above.
ARG BUILD_IMAGE
ARG RUN_IMAGE
ARG BASE_NAME=${RUN_IMAGE}
ARG BASE_DIGEST=unknown
ARG VERSION=0.2.0
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="peer-exporter" \
      org.opencontainers.image.description="Prometheus exporter for the peer-to-peer side of blockchain nodes: Wire/Antelope, Monero, Kadena Chainweb and the Bitcoin family" \
      org.opencontainers.image.vendor="peer-exporter" \
      org.opencontainers.image.url="https://github.com/peer-exporter/peer-exporter" \
      org.opencontainers.image.source="https://github.com/peer-exporter/peer-exporter" \
      org.opencontainers.image.documentation="https://github.com/peer-exporter/peer-exporter/blob/main/docs/container.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="${BASE_NAME}" \
      org.opencontainers.image.base.digest="${BASE_DIGEST}" \
      io.github.peer-exporter.build.image="${BUILD_IMAGE}"
