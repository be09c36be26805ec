# birdkeeper beside a BIRD that runs elsewhere: in another container that shares the configuration and socket folders,
# or on the host. BIRD is in the image too, but only to check a configuration (`bird -p`) and to ask for a reload (`birdc`).
ARG NODE_IMAGE=docker.io/library/node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY test/support/build-bundle.mjs test/support/build-bundle.mjs
RUN node test/support/build-bundle.mjs

FROM ${NODE_IMAGE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends bird2 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /usr/lib/birdkeeper
COPY --from=build /src/dist dist
COPY package.json LICENSE ./
COPY templates templates
RUN ln -s /usr/lib/birdkeeper/dist/main.js /usr/bin/birdkeeper \
 && install -d -o bird -g bird -m 2750 /etc/birdkeeper/config
# Of BIRD's group: its socket and the files that it reads need no more.
USER bird
ENV BIRDKEEPER_LISTEN=0.0.0.0:9470
EXPOSE 9470
ENTRYPOINT ["birdkeeper"]
CMD ["run"]
