# The suite as an image: docker build -t iot-ntp-conformance . (README.md, "In a pipeline", says how to run it).
# Both bases need Node 22.22 or later; the first one npm as well, and a C compiler for clients that declare the capability "clock".
ARG BUILDER=node:24-bookworm
ARG BASE=node:24-bookworm-slim

FROM ${BUILDER} AS build
WORKDIR /suite
COPY package.json package-lock.json ./
COPY .toolchain/package.json .toolchain/
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY steps/harness/implementation/preload/build.sh steps/harness/implementation/preload/wallclock.c clock/
RUN mkdir prebuilt \
  && if command -v cc >/dev/null; then sh clock/build.sh cc "prebuilt/wallclock-linux-$(node -p process.arch).so"; \
  else echo 'no C compiler: this image will not judge clients that declare the capability "clock"'; fi

FROM ${BASE}
WORKDIR /suite
COPY --from=build /suite/node_modules node_modules
COPY --from=build /suite/package.json ./
COPY schemas schemas
COPY features features
COPY fixtures/reference fixtures/reference
COPY fixtures/targets fixtures/targets
COPY steps steps
COPY --from=build /suite/prebuilt steps/harness/implementation/preload/prebuilt
# not the file itself, whose first line asks for /usr/bin/env
RUN mkdir -p /usr/local/bin \
  && printf '#!/bin/sh\nexec node /suite/steps/commands/entry.mjs "$@"\n' >/usr/local/bin/iot-ntp-conformance \
  && chmod 755 /usr/local/bin/iot-ntp-conformance
ENV CONFORMANCE_INVOCATION=iot-ntp-conformance
# "docker run --user" names the owner of the folder that is mounted on /work
USER 1000:1000
WORKDIR /work
ENTRYPOINT ["iot-ntp-conformance"]
