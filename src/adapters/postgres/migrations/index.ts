/** Every migration by its name, in the order in which they are applied. A published one never changes. */
import type { Migration } from 'kysely';
import { migration as tenantDirectory } from './0001-tenant-directory';
import { migration as affectedTenants } from './0002-affected-tenants';
import { migration as obligations } from './0003-obligations';
import { migration as notices } from './0004-notices';
import { migration as deliveries } from './0005-deliveries';
import { migration as approverKeys } from './0006-approver-keys';
import { migration as noticesByDifference } from './0007-notices-by-difference';
import { migration as statusPosts } from './0008-status-posts';
import { migration as processRegister } from './0009-process-register';
import { migration as repetitions } from './0010-repetitions';
import { migration as quickerEvents } from './0011-quicker-events';
import { migration as receipts } from './0012-receipts';
import { migration as doubtsAndHolds } from './0013-doubts-and-holds';
import { migration as channels } from './0014-channels';
import { migration as languages } from './0015-languages';
import { migration as templateRevisions } from './0016-template-revisions';
import { migration as dueInstants } from './0017-due-instants';

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-tenant-directory': tenantDirectory,
  '0002-affected-tenants': affectedTenants,
  '0003-obligations': obligations,
  '0004-notices': notices,
  '0005-deliveries': deliveries,
  '0006-approver-keys': approverKeys,
  '0007-notices-by-difference': noticesByDifference,
  '0008-status-posts': statusPosts,
  '0009-process-register': processRegister,
  '0010-repetitions': repetitions,
  '0011-quicker-events': quickerEvents,
  '0012-receipts': receipts,
  '0013-doubts-and-holds': doubtsAndHolds,
  '0014-channels': channels,
  '0015-languages': languages,
  '0016-template-revisions': templateRevisions,
  '0017-due-instants': dueInstants,
};
