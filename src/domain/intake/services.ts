/** The service that a message speaks of: known to the incident, and one that its sender may act for. */
import type { ConcernedService } from '../../contract/declaration';
import type { Sender } from '../../contract/principal';
import { refusalOfRole, refusalOfService, type Action } from '../authority';
import type { Incident } from '../incident';
import { findService } from '../response-questions';
import { refuse, refuseIf } from './refusal';

export function serviceFor(
  incident: Incident,
  action: Action,
  sender: Sender,
  name: string,
): ConcernedService {
  refuseIf(refusalOfRole(action, sender));
  const service = knownService(incident, name);
  refuseIf(refusalOfService(sender, service));
  return service;
}

export function knownService(incident: Incident, name: string): ConcernedService {
  const known = incident.response.services.map(({ service }) => service).join(', ');
  return (
    findService(incident.response, name) ??
    refuse(
      'NotKnown',
      `service ${name} is not among those of this incident (${known}); add it with addServices`,
    )
  );
}
