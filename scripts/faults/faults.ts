/** Every fault that is played, with the words by which it is chosen. */
import { untidyBounces } from './bounces';
import { killedBeforeTheFinalDot, killedBetweenAcceptanceAndRecord } from './crash-points';
import { postgresKilled, temporalKilled } from './dead-servers';
import { killedBeforeAnyRelay, killedBeforeARelayThatCanBeAsked } from './killed-workers';
import type { Dose } from './lab';
import { overlappingLeases, stoppedForThreeLeases } from './leases';
import { toldToEnd, unrenderableNotices } from './our-own';
import {
  greylisting,
  lateReplies,
  lockedOut,
  randomRefusals,
  rateLimits,
  swallowedReplies,
} from './troubled-relay';
import type { Verdict } from './verdict';

export interface Fault {
  readonly name: string;
  readonly play: (dose: Dose) => Promise<Verdict>;
}

export const faults: readonly Fault[] = [
  { name: 'worker killed, relay with idempotency key', play: killedBeforeARelayThatCanBeAsked },
  { name: 'worker killed, relay that knows nothing', play: killedBeforeAnyRelay },
  { name: 'worker killed before the final dot', play: killedBeforeTheFinalDot },
  { name: 'worker killed between acceptance and record', play: killedBetweenAcceptanceAndRecord },
  { name: 'worker stopped for three leases', play: stoppedForThreeLeases },
  { name: 'worker told to end', play: toldToEnd },
  { name: 'overlapping leases', play: overlappingLeases },
  { name: 'postgres killed', play: postgresKilled },
  { name: 'temporal killed', play: temporalKilled },
  { name: 'relay swallows replies', play: swallowedReplies },
  { name: 'relay answers late', play: lateReplies },
  { name: 'relay greylists', play: greylisting },
  { name: 'relay limits its rate, 421', play: rateLimits(421) },
  { name: 'relay limits its rate, 452', play: rateLimits(452) },
  { name: 'relay locks us out', play: lockedOut },
  { name: 'relay refuses and puts off at random', play: randomRefusals },
  { name: 'notice cannot be rendered', play: unrenderableNotices },
  { name: 'bounces are untidy', play: untidyBounces },
];
