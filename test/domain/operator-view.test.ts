import { attributesOf, currentDetailsOf, statusOf, waitingFor } from '../../src/domain/operator-view';
import { apply } from '../../src/domain/incident';
import { sampleEvents } from '../support/arbitraries';
import {
  blankIncident,
  containment,
  detectedAt,
  determination,
  eradication,
  given,
  hours,
  incidentInMemory,
  noticeGateName,
  obligationGroup,
  people,
  play,
  played,
  proposedNotice,
  recorded,
  runTracks,
  totalsOf,
  wholeStory,
  type GivenEvent,
} from '../support/incidents';

const now = hours(1);
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

describe('current details', () => {
  test('say where the incident stands, whose move it is, and what every closed gate lacks', () => {
    const details = currentDetailsOf(played(containment, eradication.slice(0, 6)).state, now);
    expect(details.split(/\n+/)).toEqual([
      '**eradication** — round 1, notification undetermined, follow-up collecting',
      'Waiting for: **executive-incident-manager**',
      '- gate **eradication** lacks: version 1 is not approved → an executive-incident-manager who did not propose it (approve)',
      expect.stringMatching(
        /^- gate \*\*recovery\*\* lacks: eradication tasks of storage are open → .*; and \d more$/,
      ),
      expect.stringMatching(/^- gate \*\*stable\*\* lacks: /),
      expect.stringMatching(/^- gate \*\*postmortem\*\* lacks: /),
      expect.stringMatching(/^- gate \*\*closing\*\* lacks: /),
      expect.stringMatching(/^You can: approve, reject, openBug, closeBug, reopenBug/),
      '- storage: eradication',
      '- identity: eradication',
    ]);
  });

  test('show the next deadline and whether law or policy set it', () => {
    const incident = incidentInMemory({ answers: { groups: [obligationGroup()] } });
    play(incident, proposedNotice);
    expect(currentDetailsOf(incident.state, now)).toContain(
      `Next deadline: ${hours(72)} (rule) eu-gdpr-33-2/notice@${hours(72)}`,
    );
  });

  test('count deliveries once a notice leaves', () => {
    const incident = played(proposedNotice);
    expect(currentDetailsOf(incident.state, now)).not.toContain('Deliveries');
    incident.decide(noticeGateName, people.legal);
    runTracks(incident);
    expect(currentDetailsOf(incident.state, now)).toContain(
      'Deliveries: 0 accepted, 3 pending, 0 for a person',
    );
  });

  const services = Array.from({ length: 100 }, (_, index) => ({
    service: `service-with-a-long-name-${String(index)}`,
    team: 'storage-team',
  }));
  const crowded = (refOf: (index: number) => string) => {
    const opened = Array.from({ length: 200 }, (_, index): GivenEvent => ({
      ...sampleEvents['entry-opened'],
      ref: refOf(index),
    }));
    return recorded(...opened).reduce(apply, blankIncident({ declaration: { services } }));
  };

  test('stay under 2 KB for 100 services and 200 open entries', () => {
    expect(
      bytesOf(
        currentDetailsOf(
          crowded((index) => `BUG-${String(index)}`),
          now,
        ),
      ),
    ).toBeLessThan(2048);
  });

  test('stay under 2 KB in bytes, whatever alphabet people write in', () => {
    const unaffected = ['storage', 'identity'].map((service): GivenEvent => ({
      ...sampleEvents['service-marked-unaffected'],
      service,
    }));
    const footholds = ['一', '二', '三'].map((number): GivenEvent => ({
      ...sampleEvents['foothold-recorded'],
      foothold: `${'侵入者の足場'.repeat(60)}${number}`,
    }));
    expect(bytesOf(currentDetailsOf(given(...unaffected, ...footholds), now))).toBeLessThan(2048);
  });

  test('show what gates lack even when many services are concerned', () => {
    expect(
      currentDetailsOf(
        crowded((index) => `BUG-${String(index)}`),
        now,
      ),
    ).toContain('gate **eradication** lacks');
  });

  test('hold no text that people wrote of an incident', () => {
    const incident = incidentInMemory({ declaration: { title: 'Mail of Jane Roe was read' } });
    incident.send('recordFact', people.responder, { text: 'Jane Roe called' });
    expect(currentDetailsOf(incident.state, now)).not.toContain('Jane');
  });
});

describe('whose move it is', () => {
  test.each([
    ['security-response', () => incidentInMemory()],
    ['service-team', () => played(containment)],
    ['executive-incident-manager', () => played(containment, eradication.slice(0, 6))],
    ['communications', () => played(determination)],
    ['executive-incident-manager', () => played(proposedNotice)],
    ['security-response', () => played(...wholeStory)],
  ] as const)('%s', (who, incident) => {
    expect(waitingFor(incident().state)).toBe(who);
  });

  test('delivery, while a notice is on its way', () => {
    const incident = played(proposedNotice);
    incident.decide(noticeGateName, people.legal);
    runTracks(incident);
    expect(waitingFor(incident.state)).toBe('delivery');
  });
});

test('the status holds phases, services, tenants and what is open', () => {
  expect(statusOf(played(...wholeStory.slice(0, 6)).state)).toMatchObject({
    incidentId: 'inc-1',
    severity: 'moderate',
    mode: 'live',
    phase: 'post-incident',
    response: { phase: 'stable', round: 1 },
    notification: { phase: 'complete', tenants: 3, tenantSetVersion: 1 },
    followUp: { phase: 'postmortem', entriesOpen: 1 },
    services: [
      { service: 'storage', team: 'storage-team', phase: 'stable' },
      { service: 'identity', team: 'identity-team', phase: 'stable' },
    ],
    deliveries: totalsOf({ accepted: 3 }),
  });
});

describe('search attributes', () => {
  test('hold what people filter by', () => {
    expect(attributesOf(played(...wholeStory).state)).toEqual({
      IncidentPhase: 'post-incident',
      IncidentWaitingFor: 'security-response',
      IncidentServices: ['storage', 'identity'],
      IncidentDetectedAt: detectedAt,
      RecipientsPending: 0,
      RecipientsFailed: 0,
      EntriesOpen: 0,
    });
  });

  test('move in tenths of a campaign, and reach nought only at its end', () => {
    const pending = (planned: number) =>
      attributesOf(
        given(
          sampleEvents['affected-tenants-requested'],
          sampleEvents['affected-tenants-identified'],
          sampleEvents['notice-proposed'],
          sampleEvents['notice-prepared'],
          { ...sampleEvents['campaign-started'], totals: totalsOf({ planned }) },
        ),
      ).RecipientsPending;
    expect([1200, 1199, 1081, 1080, 121, 1, 0].map(pending)).toEqual([1200, 1200, 1200, 1080, 240, 120, 0]);
  });
});
