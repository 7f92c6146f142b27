/** The workflow types that a worker registers. */
export { securityIncident } from './security-incident';
export { deliverNotices } from './deliver-notices';
