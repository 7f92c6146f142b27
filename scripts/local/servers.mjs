// What demo, tests and benches use of this folder.
export { endGracefully } from './end-gracefully.mjs';
export { startPostgres } from './postgres.mjs';
export { findTimeSkippingServer, guardedVersionOf } from './programs.mjs';
export { startTemporal } from './temporal.mjs';
export { startWorker } from './worker.mjs';
