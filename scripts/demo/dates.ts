/**
 * The published dates of the incident that the demo is modelled on (CircleCI, incident report of 13 January 2023),
 * moved so that the moment at which the public was told is now.
 */
const disclosedAt = Date.parse('2023-01-05T02:30:00Z');
const startedAt = Date.now();

export function moved(published: string): string {
  return new Date(startedAt - 60_000 + (Date.parse(published) - disclosedAt)).toISOString();
}
