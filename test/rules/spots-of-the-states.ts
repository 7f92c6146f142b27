/**
 * What the breach laws of the American states say: how long for the residents, from how many persons on an authority or
 * the credit bureaus are told, how soon whoever keeps the data for another tells its owner.
 */
import type { Spot } from './spots';

const noNumber = 'policy 24 h';
const atOnce = 'policy 1 h';

/** States that let a duty go when misuse was found unlikely. */
type Lifted = 'unless harmless' | 'also if harmless';

type Residents = readonly [rule: string, state: string, from: string, due: string, lifted: Lifted];

// prettier-ignore
const residents: readonly Residents[] = [
  ['us-ak-45-48-residents', 'AK', 'detection', noNumber, 'unless harmless'],
  ['us-al-8-38-individuals', 'AL', 'determination', '45 days', 'unless harmless'],
  ['us-ar-4-110-105-residents', 'AR', 'detection', noNumber, 'unless harmless'],
  ['us-az-18-552', 'AZ', 'determination', '45 days', 'unless harmless'],
  ['us-ca-1798-82-residents', 'CA', 'detection', '30 days', 'also if harmless'],
  ['us-co-6-1-716', 'CO', 'determination', '30 days', 'unless harmless'],
  ['us-states-60-days', 'CT', 'detection', '60 days', 'also if harmless'],
  ['us-states-60-days', 'LA', 'detection', '60 days', 'also if harmless'],
  ['us-states-60-days', 'SD', 'detection', '60 days', 'also if harmless'],
  ['us-dc-28-3852-residents', 'DC', 'detection', noNumber, 'unless harmless'],
  ['us-de-12b-102-residents', 'DE', 'determination', '60 days', 'also if harmless'],
  ['us-fl-501-171-individuals', 'FL', 'determination', '30 days', 'unless harmless'],
  ['us-gu-48-30-residents', 'GU', 'detection', noNumber, 'unless harmless'],
  ['us-hi-487n-2-residents', 'HI', 'detection', noNumber, 'unless harmless'],
  ['us-ia-715c-consumers', 'IA', 'detection', noNumber, 'also if harmless'],
  ['us-id-28-51-105-residents', 'ID', 'detection', noNumber, 'unless harmless'],
  ['us-il-pipa', 'IL', 'detection', noNumber, 'also if harmless'],
  ['us-states-45-days', 'IN', 'detection', '45 days', 'also if harmless'],
  ['us-states-45-days', 'NM', 'detection', '45 days', 'also if harmless'],
  ['us-states-45-days', 'OH', 'detection', '45 days', 'also if harmless'],
  ['us-states-45-days', 'TN', 'detection', '45 days', 'also if harmless'],
  ['us-states-45-days', 'WI', 'detection', '45 days', 'also if harmless'],
  ['us-ks-50-7a02-residents', 'KS', 'detection', noNumber, 'unless harmless'],
  ['us-ky-365-732-residents', 'KY', 'detection', noNumber, 'unless harmless'],
  ['us-ma-93h', 'MA', 'awareness', noNumber, 'also if harmless'],
  ['us-md-14-3504-individuals', 'MD', 'detection', '45 days', 'unless harmless'],
  ['us-me-1348', 'ME', 'awareness', '30 days', 'unless harmless'],
  ['us-mi-445-72-residents', 'MI', 'detection', noNumber, 'unless harmless'],
  ['us-mn-325e-61-residents', 'MN', 'detection', noNumber, 'also if harmless'],
  ['us-mo-407-1500-residents', 'MO', 'detection', noNumber, 'unless harmless'],
  ['us-ms-75-24-29-residents', 'MS', 'detection', noNumber, 'unless harmless'],
  ['us-mt-30-14-1704-residents', 'MT', 'detection', noNumber, 'unless harmless'],
  ['us-nc-75-65-residents', 'NC', 'detection', noNumber, 'unless harmless'],
  ['us-nd-51-30-02-residents', 'ND', 'detection', noNumber, 'also if harmless'],
  ['us-ne-87-803-residents', 'NE', 'detection', noNumber, 'unless harmless'],
  ['us-nh-359-c-20-residents', 'NH', 'detection', noNumber, 'unless harmless'],
  ['us-nj-56-8-163-residents', 'NJ', 'detection', noNumber, 'unless harmless'],
  ['us-nv-603a-220-residents', 'NV', 'detection', noNumber, 'also if harmless'],
  ['us-ny-899-aa-residents', 'NY', 'detection', '30 days', 'unless harmless'],
  ['us-ok-163-residents', 'OK', 'detection', noNumber, 'also if harmless'],
  ['us-or-646a-604-consumers', 'OR', 'detection', '45 days', 'unless harmless'],
  ['us-pa-bpina-ag', 'PA', 'determination', noNumber, 'also if harmless'],
  ['us-ri-11-49-3-4', 'RI', 'confirmation', '45 days', 'unless harmless'],
  ['us-sc-39-1-90-residents', 'SC', 'detection', noNumber, 'unless harmless'],
  ['us-tx-521-053-individuals', 'TX', 'determination', '60 days', 'also if harmless'],
  ['us-ut-13-44-202-residents', 'UT', 'detection', noNumber, 'unless harmless'],
  ['us-va-18-2-186-6', 'VA', 'detection', noNumber, 'unless harmless'],
  ['us-vi-2209-residents', 'VI', 'detection', noNumber, 'also if harmless'],
  ['us-vt-2435-consumers', 'VT', 'detection', '45 days', 'unless harmless'],
  ['us-wa-19-255', 'WA', 'detection', '30 days', 'unless harmless'],
  ['us-wv-46a-2a-102-residents', 'WV', 'detection', noNumber, 'unless harmless'],
  ['us-wy-40-12-502-residents', 'WY', 'detection', noNumber, 'unless harmless'],
];

/** The number of persons from which on the recipient is told: one fewer, and it is not. */
type Counted = readonly [rule: string, state: string, from: string, due: string, tells: number];

// prettier-ignore
const authorities: readonly Counted[] = [
  ['us-al-8-38-6-authority', 'AL', 'determination', '45 days', 1001],
  ['us-ar-4-110-105-authority', 'AR', 'determination', '45 days', 1001],
  ['us-az-18-552-authority', 'AZ', 'determination', '45 days', 1001],
  ['us-ca-1798-82-ag', 'CA', 'after:us-ca-1798-82-residents', '15 days', 501],
  ['us-co-6-1-716-authority', 'CO', 'determination', '30 days', 500],
  ['us-dc-28-3852-authority', 'DC', 'detection', noNumber, 50],
  ['us-de-12b-102-authority', 'DE', 'determination', '60 days', 501],
  ['us-fl-501-171-authority', 'FL', 'determination', '30 days', 500],
  ['us-hi-487n-2-authority', 'HI', 'detection', noNumber, 1001],
  ['us-ia-715c-ag', 'IA', 'after:us-ia-715c-consumers', '2026-12-01T00:00:00Z', 501],
  ['us-il-530-10-authority', 'IL', 'detection', noNumber, 501],
  ['us-mo-407-1500-authority', 'MO', 'detection', noNumber, 1001],
  ['us-nd-51-30-02-authority', 'ND', 'detection', noNumber, 251],
  ['us-nm-57-12c-10-authority', 'NM', 'detection', '45 days', 1001],
  ['us-ok-163-ag', 'OK', 'after:us-ok-163-residents', '60 days', 500],
  ['us-or-646a-604-authority', 'OR', 'detection', '45 days', 251],
  ['us-pa-bpina-attorney-general', 'PA', 'determination', noNumber, 501],
  ['us-ri-11-49-3-4-authority', 'RI', 'confirmation', noNumber, 501],
  ['us-sc-39-1-90-authority', 'SC', 'detection', noNumber, 1001],
  ['us-sd-22-40-20-authority', 'SD', 'detection', '60 days', 251],
  ['us-tx-521-053-ag', 'TX', 'determination', '30 days', 250],
  ['us-ut-13-44-202-authority', 'UT', 'detection', noNumber, 500],
  ['us-wa-19-255-010-authority', 'WA', 'detection', '30 days', 501],
];

// prettier-ignore
const creditBureaus: readonly Counted[] = [
  ['us-ak-45-48-040-credit-bureaus', 'AK', 'detection', noNumber, 1001],
  ['us-al-8-38-7-credit-bureaus', 'AL', 'detection', noNumber, 1001],
  ['us-az-18-552-credit-bureaus', 'AZ', 'determination', '45 days', 1001],
  ['us-co-6-1-716-credit-bureaus', 'CO', 'detection', noNumber, 1001],
  ['us-dc-28-3852-credit-bureaus', 'DC', 'detection', noNumber, 1001],
  ['us-fl-501-171-credit-bureaus', 'FL', 'determination', noNumber, 1001],
  ['us-hi-487n-2-credit-bureaus', 'HI', 'detection', noNumber, 1001],
  ['us-in-24-4-9-3-1-credit-bureaus', 'IN', 'detection', '45 days', 1001],
  ['us-ks-50-7a02-credit-bureaus', 'KS', 'detection', noNumber, 1001],
  ['us-ky-365-732-credit-bureaus', 'KY', 'detection', noNumber, 1001],
  ['us-md-14-3506-credit-bureaus', 'MD', 'detection', noNumber, 1000],
  ['us-me-1348-credit-bureaus', 'ME', 'awareness', noNumber, 1001],
  ['us-mi-445-72-credit-bureaus', 'MI', 'detection', noNumber, 1001],
  ['us-mn-325e-61-credit-bureaus', 'MN', 'detection', '48 h', 501],
  ['us-mo-407-1500-credit-bureaus', 'MO', 'detection', noNumber, 1001],
  ['us-nc-75-65-credit-bureaus', 'NC', 'detection', noNumber, 1001],
  ['us-nh-359-c-20-credit-bureaus', 'NH', 'detection', noNumber, 1001],
  ['us-nj-56-8-163-credit-bureaus', 'NJ', 'detection', noNumber, 1001],
  ['us-nm-57-12c-10-credit-bureaus', 'NM', 'detection', '45 days', 1001],
  ['us-nv-603a-220-credit-bureaus', 'NV', 'detection', noNumber, 1001],
  ['us-ny-899-aa-8-credit-bureaus', 'NY', 'detection', noNumber, 5001],
  ['us-oh-1349-19-credit-bureaus', 'OH', 'detection', noNumber, 1001],
  ['us-or-646a-604-credit-bureaus', 'OR', 'detection', noNumber, 1001],
  ['us-pa-2305-credit-bureaus', 'PA', 'determination', noNumber, 501],
  ['us-ri-11-49-3-4-credit-bureaus', 'RI', 'confirmation', noNumber, 501],
  ['us-sc-39-1-90-credit-bureaus', 'SC', 'detection', noNumber, 1001],
  ['us-tn-47-18-2107-credit-bureaus', 'TN', 'detection', noNumber, 1001],
  ['us-tx-521-053-credit-bureaus', 'TX', 'determination', noNumber, 10_001],
  ['us-ut-13-44-202-credit-bureaus', 'UT', 'detection', noNumber, 1000],
  ['us-va-18-2-186-6-credit-bureaus', 'VA', 'detection', noNumber, 1001],
  ['us-vt-2435-credit-bureaus', 'VT', 'detection', noNumber, 1001],
  ['us-wi-134-98-credit-bureaus', 'WI', 'detection', noNumber, 1000],
  ['us-wv-46a-2a-102-credit-bureaus', 'WV', 'detection', noNumber, 1001],
];

type Owner = readonly [rule: string, state: string, due: string, from?: string];

// prettier-ignore
const owners: readonly Owner[] = [
  ['us-states-owner-immediate', 'CA', atOnce],
  ['us-states-owner-immediate', 'NY', atOnce],
  ['us-states-owner-immediate', 'VI', atOnce],
  ['us-al-8-38-third-party-agent', 'AL', '10 days', 'determination'],
  ['us-az-18-552-owner', 'AZ', noNumber],
  ['us-co-6-1-716-owner', 'CO', noNumber],
  ['us-ct-36a-701b-owner', 'CT', atOnce],
  ['us-dc-28-3852-owner', 'DC', noNumber],
  ['us-fl-501-171-third-party-agent', 'FL', '10 days', 'determination'],
  ['us-gu-48-30-owner', 'GU', noNumber],
  ['us-hi-487n-2-owner', 'HI', atOnce],
  ['us-ia-715c-2-owner', 'IA', atOnce],
  ['us-id-28-51-105-owner', 'ID', atOnce],
  ['us-in-24-4-9-3-2-owner', 'IN', '45 days'],
  ['us-ks-50-7a02-owner', 'KS', noNumber],
  ['us-ky-365-732-owner', 'KY', noNumber],
  ['us-la-51-3074-owner', 'LA', '60 days'],
  ['us-ma-93h-3-owner', 'MA', noNumber, 'awareness'],
  ['us-md-14-3504-maintainer', 'MD', '10 days'],
  ['us-mi-445-72-owner', 'MI', noNumber],
  ['us-mo-407-1500-owner', 'MO', atOnce],
  ['us-ms-75-24-29-owner', 'MS', noNumber],
  ['us-mt-30-14-1704-owner', 'MT', atOnce],
  ['us-ne-87-803-owner', 'NE', noNumber],
  ['us-nh-359-c-20-owner', 'NH', atOnce],
  ['us-nj-56-8-163-owner', 'NJ', atOnce],
  ['us-nm-57-12c-6-owner', 'NM', '45 days'],
  ['us-nv-603a-220-owner', 'NV', atOnce],
  ['us-oh-1349-19-owner', 'OH', noNumber],
  ['us-ok-163-owner', 'OK', noNumber],
  ['us-or-646a-604-vendor', 'OR', '10 days'],
  ['us-pa-2303-owner', 'PA', noNumber],
  ['us-sc-39-1-90-owner', 'SC', atOnce],
  ['us-tn-47-18-2107-owner', 'TN', '45 days'],
  ['us-ut-13-44-202-owner', 'UT', atOnce],
  ['us-va-18-2-186-6-owner', 'VA', noNumber],
  ['us-vt-2435-owner', 'VT', atOnce],
  ['us-wi-134-98-owner', 'WI', noNumber],
  ['us-wv-46a-2a-102-owner', 'WV', noNumber],
  ['us-wy-40-12-502-owner', 'WY', noNumber],
];

/** Laws of a shape of their own, and authorities that are told whatever the number. */
// prettier-ignore
const others: readonly Spot[] = [
  ['us-ny-dfs-500-17a', { in: 'US-NY', sector: 'insurance', reportable: true, from: 'determination' }, '72 h', { reportable: false }],
  ['us-ny-dfs-500-17c', { in: 'US-NY', sector: 'insurance', from: 'payment' }, '24 h', { sector: 'retail' }],
  ['us-ca-1280-15-health', { in: 'US-CA', sector: 'health', data: 'phi', from: 'detection', on: '2026-11-16' }, '2026-12-10T00:00:00Z', { sector: 'retail' }],
  ['us-vt-2435-ag-preliminary', { in: 'US-VT', from: 'detection', on: '2026-11-30' }, '2026-12-19T00:00:00Z', { encrypted: true, keyExposed: false }],
  ['us-pr-4052-daco', { in: 'PR', from: 'detection' }, '10 days', { encrypted: true, keyExposed: false }],
  ['us-ga-10-1-912-maintainer', { in: 'US-GA', as: 'processor', 'tenant.informationBroker': true, from: 'detection' }, '24 h', { 'tenant.informationBroker': false, 'tenant.publicBody': false }],
  ['us-ga-10-1-912-residents', { in: 'US-GA', 'tenant.publicBody': true, from: 'detection' }, noNumber, { 'tenant.informationBroker': false, 'tenant.publicBody': false }],
  ['us-ga-10-1-912-credit-bureaus', { in: 'US-GA', 'tenant.informationBroker': true, individuals: 10_001, from: 'detection' }, noNumber, { individuals: 10_000 }],
  ['us-id-28-51-105-authority', { in: 'US-ID', 'tenant.publicBody': true, from: 'detection' }, '24 h', { 'tenant.publicBody': false }],
  ['us-la-51-3074-authority', { in: 'US-LA', from: 'after:us-states-60-days' }, '10 days', { misuseUnlikely: true }],
  ['us-sd-22-40-24-credit-bureaus', { in: 'US-SD', from: 'detection' }, noNumber, { misuseUnlikely: true }],
  ['us-ct-36a-701b-authority', { in: 'US-CT', from: 'detection' }, '60 days', { misuseUnlikely: true }],
  ['us-in-24-4-9-3-1-authority', { in: 'US-IN', from: 'detection' }, '45 days', { misuseUnlikely: true }],
  ['us-md-14-3504-authority', { in: 'US-MD', from: 'detection' }, '45 days', { misuseUnlikely: true }],
  ['us-me-1348-authority', { in: 'US-ME' }, noNumber, { misuseUnlikely: true }],
  ['us-ma-93h-3-authority', { in: 'US-MA' }, noNumber, { encrypted: true, keyExposed: false }],
  ['us-mt-30-14-1704-authority', { in: 'US-MT', from: 'detection' }, noNumber, { misuseUnlikely: true }],
  ['us-nc-75-65-authority', { in: 'US-NC', from: 'detection' }, noNumber, { misuseUnlikely: true }],
  ['us-ne-87-803-authority', { in: 'US-NE', from: 'detection' }, noNumber, { misuseUnlikely: true }],
  ['us-nh-359-c-20-authority', { in: 'US-NH', from: 'detection' }, noNumber, { misuseUnlikely: true }],
  ['us-nj-56-8-163-authority', { in: 'US-NJ', from: 'detection' }, noNumber, { misuseUnlikely: true }],
  ['us-ny-899-aa-8-authority', { in: 'US-NY', from: 'detection' }, noNumber, { misuseUnlikely: true }],
  ['us-va-18-2-186-6-authority', { in: 'US-VA', from: 'detection' }, noNumber, { misuseUnlikely: true }],
  ['us-ca-1798-82-residents-to-2025', { in: 'US-CA', from: 'detection', on: '2025-12-31' }, noNumber, { on: '2026-01-01' }],
  ['us-ca-1798-82-ag-to-2025', { in: 'US-CA', individuals: 501, from: 'detection', on: '2025-12-31' }, noNumber, { individuals: 500 }],
  ['us-ny-899-aa-residents-to-2024', { in: 'US-NY', from: 'detection', on: '2024-12-20' }, noNumber, { on: '2024-12-21' }],
  ['us-tx-521-053-ag-to-2023', { in: 'US-TX', individuals: 250, from: 'determination', on: '2023-08-31' }, '60 days', { on: '2023-09-01' }],
];

const keyIsSafe = { encrypted: true, keyExposed: false };

export const states: readonly Spot[] = [
  ...residents.map(([rule, state, from, due, lifted]): Spot => [
    rule,
    { in: `US-${state}`, from, ...(lifted === 'also if harmless' && { misuseUnlikely: true }) },
    due,
    lifted === 'unless harmless' ? { misuseUnlikely: true } : keyIsSafe,
  ]),
  ...[...authorities, ...creditBureaus].map(([rule, state, from, due, tells]): Spot => [
    rule,
    { in: `US-${state}`, from, individuals: tells },
    due,
    { individuals: tells - 1 },
  ]),
  ...owners.map(([rule, state, due, from = 'detection']): Spot => [
    rule,
    { in: `US-${state}`, as: 'processor', from },
    due,
    keyIsSafe,
  ]),
  ...others,
];
