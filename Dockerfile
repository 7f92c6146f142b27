# Debian, because Temporal's native core is built for glibc. The version is also that of .nvmrc.
FROM node:22.22.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package of ours needs a script at installation; the ones that have some bring prebuilt binaries.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/
COPY src src
RUN npm run build

FROM node:22.22.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22.22.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
RUN install -d -o node -g node /var/lib/firebreak /var/lib/firebreak/drill-mailbox /var/lib/firebreak/status-dashboard
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE NOTICE ./
COPY rules rules
COPY templates templates
COPY deploy/worker-health.mjs deploy/
USER node
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["--help"]
