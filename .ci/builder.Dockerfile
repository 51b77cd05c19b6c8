FROM local/base:latest
COPY npm /usr/local/lib/node_modules/npm
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
RUN mkdir -p /usr/local/bin && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s /bin/busybox /usr/bin/env
