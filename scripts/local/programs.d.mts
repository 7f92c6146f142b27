/** The Temporal CLI: TEMPORAL_CLI_PATH, else PATH, else what set-up has put into the cache. */
export function findTemporal(): { readonly path: string | undefined; readonly passedOver: readonly string[] };
