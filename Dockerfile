# One image for the three parts that run in containers; the first argument says which (docker/README.md):
#   route-reflector (the default)  BIRD and birdkeeper, kept running by runit
#   node                           birdkeeper beside the BIRD of another container
#   bird                           that BIRD
# Nothing here is bound to one architecture. Both bases are release lines of Debian 12; give digests to build the same again.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim

# Node's program alone, without its symbols: of the rest of that image nothing is needed at run time.
FROM ${NODE_IMAGE} AS node
RUN apt-get update \
 && apt-get install -y --no-install-recommends binutils \
 && rm -rf /var/lib/apt/lists/*
RUN install -d /out && strip -o /out/node "$(command -v node)"
# Node's own licence has those of all that is built into it.
RUN cp /usr/local/LICENSE /out/LICENSE

FROM ${NODE_IMAGE} AS bundle
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY templates templates
COPY test/support/build-bundle.mjs test/support/import-ts.mjs test/support/precompile.mjs test/support/
COPY packaging packaging
RUN node test/support/build-bundle.mjs && rm dist/*.map
RUN node packaging/bundled-licenses.mjs >/licenses

FROM ${RUNTIME_IMAGE}
# The users have fixed ids, for the owners of shared folders and for Kubernetes; the package takes the users that are there.
RUN groupadd --system --gid 179 bird \
 && groupadd --system --gid 180 birdkeeper \
 && useradd --system --uid 179 --gid bird --no-create-home --home-dir /run/bird --shell /usr/sbin/nologin bird \
 && useradd --system --uid 180 --gid birdkeeper --groups bird --no-create-home --home-dir /etc/birdkeeper \
      --shell /usr/sbin/nologin birdkeeper \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends bird2 runit tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* /usr/share/man/* \
 # Of the documentation the licences stay: they ask for it.
 && find /usr/share/doc -not -type d -not -name copyright -delete \
 && find /usr/share/doc -type d -empty -delete \
 && install -d -o bird -g bird -m 2770 /run/bird \
 && install -d -o birdkeeper -g bird -m 2750 /etc/birdkeeper/config
COPY --from=node /out/node /usr/local/bin/node
COPY --from=node /out/LICENSE /usr/share/doc/node/LICENSE
COPY --from=bundle /licenses /usr/share/doc/birdkeeper/copyright
WORKDIR /usr/lib/birdkeeper
COPY package.json LICENSE ./
COPY templates templates
COPY docker/container container
COPY packaging/start-bird packaging/bgp-port container/
COPY --from=bundle /src/dist dist
# The supervisor's own files go where a read-only root has a tmpfs.
RUN ln -s /usr/lib/birdkeeper/dist/main.js /usr/local/bin/birdkeeper \
 && for name in bird birdkeeper; do \
      ln -s "/run/birdkeeper/supervise/$name" "container/service/$name/supervise" \
   && ln -s "/run/birdkeeper/supervise/$name-log" "container/service/$name/log/supervise"; \
    done

LABEL org.opencontainers.image.title="birdkeeper" \
      org.opencontainers.image.description="Keeps the BIRD routing daemon configured from Calico's BGP data in etcd" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.documentation="docker/README.md"
EXPOSE 179 9470
# Of the process, not of its readiness: what restarts an unhealthy container would not bring etcd back.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/usr/lib/birdkeeper/container/health"]
ENTRYPOINT ["/usr/lib/birdkeeper/container/entrypoint"]
CMD ["route-reflector"]
