import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { csvFields, isOpenRecord } from '../../src/adapters/csv';
import { readTenantFile, type TenantFileRecord } from '../../src/adapters/tenant-files';
import { maxLineBytes } from '../../src/adapters/text-lines';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenant-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, content: string | Buffer): Promise<TenantFileRecord[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const records: TenantFileRecord[] = [];
  for await (const record of readTenantFile(path)) records.push(record);
  return records;
}

/** One text per record: `line: id` for a tenant, `line: field problem` for what is wrong. */
async function outline(name: string, content: string | Buffer): Promise<string[]> {
  const records = await read(name, content);
  return records.flatMap(({ line, content: found }) =>
    'tenant' in found
      ? [`${line}: ${found.tenant.id}`]
      : found.problems.map(({ field, problem }) => `${line}: ${field} ${problem}`),
  );
}

const acme = '{"id":"acme","name":"Acme","timeZone":"UTC"}';

describe('JSON lines', () => {
  test('a tenant a line; empty lines, Windows line ends and a byte order mark do not disturb', async () => {
    expect(await outline('a.jsonl', `\ufeff${acme}\r\n\r\n${acme.replace('acme', 'globex')}`)).toEqual([
      '1: acme',
      '3: globex',
    ]);
  });

  test('a line that is no JSON is named without being quoted', async () => {
    const found = await outline('a.jsonl', `${acme}\n{"id":"secret@acme.example",}\n`);
    expect(found).toEqual(['1: acme', expect.stringMatching(/^2: {2}is not valid JSON/)]);
    expect(found.join()).not.toContain('secret');
  });

  test('unknown fields, missing fields and wrong types are named each by its place', async () => {
    const contacts = [{ kind: 'security', email: 'a@acme.example', phone: 1 }];
    const line = JSON.stringify({ id: 'acme', timeZone: 'UTC', contacts, services: 'all', contry: 'DE' });
    expect(await outline('a.jsonl', line)).toEqual([
      '1: name is missing',
      '1: contacts[0].phone is not a known field',
      '1: services must be a list',
      '1: contry is not a known field',
    ]);
  });

  test('a line that is no object is refused', async () => {
    expect(await outline('a.jsonl', '[1]')).toEqual(['1:  must be an object']);
  });

  test('bytes that are not UTF-8 are found on their line', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${acme}\n`),
      Buffer.from('{"id":"M\xfcller"}\n', 'latin1'),
      Buffer.from(acme),
    ]);
    expect(await outline('a.jsonl', bytes)).toEqual([
      '1: acme',
      '2:  is not valid UTF-8; save the file as UTF-8',
      '3: acme',
    ]);
  });

  test('half of a character pair written as an escape is refused', async () => {
    expect(await outline('a.jsonl', acme.replace('Acme', 'Acme \\ud83d'))).toEqual([
      expect.stringContaining('1: name contains'),
    ]);
  });

  test('a line that never ends stops the reading before it fills the memory', async () => {
    expect(await outline('a.jsonl', `${acme}\n${'x'.repeat(3 * maxLineBytes)}`)).toEqual([
      '1: acme',
      '2:  is longer than 1 MiB; the rest was not read',
    ]);
  });
});

describe('CSV', () => {
  const header = 'id,name,country,subdivision,sector,timeZone,languages,facts,contacts,services,contracts';

  test('every column is read, lists with their small grammar', async () => {
    const row = [
      'acme,"Acme ""West"", Inc.",US,US-CA,health,America/Los_Angeles,en | es,nis2Entity=false | fedrampClass=C',
      'security ciso@acme.example id desk verified 2024-03-01 | administrator it@acme.example',
      'build us-east-1 from 2021-05-01 | build eu-1 from 2021-05-01 to 2022-01-01',
      'msa 72 h from determination clause § 9.2 | dpa 24h from awareness',
    ].join(',');
    const [record] = await read('a.csv', `${header}\r\n${row}\r\n`);

    expect(record?.content).toEqual({
      tenant: {
        id: 'acme',
        name: 'Acme "West", Inc.',
        country: 'US',
        subdivision: 'US-CA',
        sector: 'health',
        timeZone: 'America/Los_Angeles',
        languages: ['en', 'es'],
        facts: { nis2Entity: false, fedrampClass: 'C' },
        contacts: [
          {
            kind: 'security',
            email: 'ciso@acme.example',
            id: 'desk',
            verifiedAt: '2024-03-01T00:00:00.000Z',
          },
          { kind: 'administrator', email: 'it@acme.example' },
        ],
        services: [
          { service: 'build', region: 'us-east-1', usedFrom: '2021-05-01T00:00:00.000Z' },
          {
            ...{ service: 'build', region: 'eu-1' },
            ...{ usedFrom: '2021-05-01T00:00:00.000Z', usedTo: '2022-01-01T00:00:00.000Z' },
          },
        ],
        contracts: [
          { id: 'msa', hours: 72, anchor: 'determination', clause: '§ 9.2' },
          { id: 'dpa', hours: 24, anchor: 'awareness' },
        ],
      },
    });
  });

  test('wrong, missing and repeated columns are refused before any row', async () => {
    expect(await outline('a.csv', 'id,nam,timeZone,id\nacme,Acme,UTC,acme\n')).toEqual([
      expect.stringMatching(/^1: nam is not a known column; known are id, name/),
      '1: id is a column that is there twice',
      '1: name is a column that is missing',
    ]);
  });

  test('a row with another number of fields than the header is refused', async () => {
    expect(await outline('a.csv', 'id,name,timeZone\nacme,Acme, Inc.,UTC\n')).toEqual([
      '2:  has 4 fields, the header has 3; a field with a comma needs quotes',
    ]);
  });

  test('an item that does not follow the grammar is named with its place', async () => {
    const rows = 'id,name,timeZone,contacts\nacme,Acme,UTC,security a@acme.example | it@acme.example\n';
    expect(await outline('a.csv', rows)).toEqual([
      expect.stringMatching(/^2: contacts\[1\] must be written as/),
    ]);
  });

  test('a webhook is written with the name of its secret, and what is wrong with it is told by line and place', async () => {
    const hook = 'webhook https://hooks.acme.example/n secret acme-hook id hook verified 2024-03-01';
    const rows = [
      'id,name,timeZone,contacts',
      `acme,Acme,UTC,${hook}`,
      'globex,Globex,UTC,security a@globex.example | webhook http://hooks.globex.example/ secret globex',
      'initech,Initech,UTC,webhook https://hooks.initech.example/',
      'umbrella,Umbrella,UTC,security a@umbrella.example secret hook',
    ].join('\n');

    const [acmeRecord] = await read('a.csv', rows);
    expect(acmeRecord?.content).toMatchObject({
      tenant: {
        contacts: [
          {
            ...{ kind: 'webhook', url: 'https://hooks.acme.example/n', secret: 'acme-hook', id: 'hook' },
            verifiedAt: '2024-03-01T00:00:00.000Z',
          },
        ],
      },
    });
    expect((await outline('a.csv', rows)).slice(1)).toEqual([
      '3: contacts[1].url must begin with https://',
      '4: contacts[0].secret is missing',
      '5: contacts[0].secret is not a known field',
    ]);
  });

  test('a row knows its first line also after a field of several lines', async () => {
    expect(await outline('a.csv', 'id,name,timeZone\nacme,"Ac\nme",UTC\nglobex,Globex,UTC\n')).toEqual([
      expect.stringContaining('2: name contains a line break'),
      '4: globex',
    ]);
  });

  test('stray and unclosed quotes are refused', async () => {
    expect(await outline('a.csv', 'id,name,timeZone\nacme,A"c"me,UTC\nglobex,"Globex,UTC\n')).toEqual([
      expect.stringContaining('2:  has a quote inside a field'),
      '3:  opens a quote that is never closed',
    ]);
  });

  test('what is written by RFC 4180 is read back as it was', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', '\n', 'é') });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
        const record = cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
        expect(isOpenRecord(record)).toBe(false);
        expect(csvFields(record)).toEqual(cells);
      }),
    );
  });
});

test('a file of another kind is refused by its name', async () => {
  await expect(read('a.xlsx', '')).rejects.toThrow('must end in .csv, .jsonl or .ndjson');
});
