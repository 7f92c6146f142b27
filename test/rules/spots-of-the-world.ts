/** What the texts of the world outside the law of the American states say, in the fewest words. */
import type { Spot } from './spots';

// prettier-ignore
export const europe: readonly Spot[] = [
  ['eu-gdpr-33-1-authority', { in: 'FR' }, '72 h', { as: 'processor' }],
  ['eu-gdpr-33-2-processor', { in: 'NO', as: 'processor' }, 'policy 24 h', { in: 'CH', as: 'processor' }],
  ['eu-gdpr-34-data-subject', { in: 'IE', highRisk: true, from: 'determination' }, 'policy 24 h', { highRisk: false }],
  ['eu-led-30-authority', { in: 'DE', sector: 'law-enforcement' }, '72 h', { riskUnlikely: true }],
  ['eu-scc-2021-914-module2-8-6', { in: 'DE', as: 'processor', 'tenant.sccModuleTwo': true }, 'policy 24 h', { 'tenant.sccModuleTwo': false }],
  ['eu-nis2-23-4a-early-warning', { in: 'IT', sector: 'cloud', 'tenant.nis2Entity': true, significant: true }, '24 h', { significant: false }],
  ['eu-nis2-23-4b-notification', { in: 'IT', sector: 'cloud', 'tenant.nis2Entity': true, significant: true }, '72 h', { 'tenant.nis2Entity': false }],
  ['eu-nis2-23-4-trust-service', { in: 'EE', sector: 'trust-services', significant: true }, '24 h', { sector: 'cloud' }],
  ['eu-nis2-23-1-recipients', { in: 'BE', as: 'cloud-provider', significant: true, affectsRecipients: true }, 'policy 24 h', { affectsRecipients: false }],
  ['eu-cer-15', { in: 'PL', sector: 'critical-infrastructure', data: 'service-availability', significant: true }, '24 h', { significant: false }],
  ['eu-dora-19-initial-classification', { in: 'LU', sector: 'banking', 'tenant.financialEntity': 'credit-institution', major: true, from: 'classification' }, '4 h', { major: false }],
  ['eu-dora-19-initial-awareness-cap', { in: 'LU', sector: 'banking', 'tenant.financialEntity': 'credit-institution', major: true }, '24 h', { major: false }],
  ['eu-dora-19-intermediate', { in: 'LU', sector: 'banking', 'tenant.financialEntity': 'credit-institution', major: true, from: 'after:eu-dora-19-initial-classification' }, '72 h', { sector: 'retail' }],
  ['eu-dora-19-final', { in: 'LU', sector: 'banking', 'tenant.financialEntity': 'credit-institution', major: true, from: 'after:eu-dora-19-intermediate', on: '2026-11-23' }, '2026-12-24T00:00:00Z', { major: false }],
  ['eu-dora-19-3-clients', { in: 'LU', sector: 'insurance', major: true, clientInterests: true }, 'policy 24 h', { clientInterests: false }],
  ['eu-dora-30-provider-to-entity', { in: 'LU', sector: 'insurance', as: 'processor' }, 'policy 4 h', { in: 'CH' }],
  ['eu-cra-14-2a-vuln-early-warning', { in: 'NL', sector: 'digital-products', as: 'manufacturer', exploited: true }, '24 h', { exploited: false }],
  ['eu-cra-14-2b-vuln-notification', { in: 'NL', sector: 'digital-products', as: 'manufacturer', exploited: true }, '72 h', { as: 'processor' }],
  ['eu-cra-14-4a-incident-early-warning', { in: 'NL', sector: 'digital-products', as: 'manufacturer', severe: true }, '24 h', { on: '2026-09-10' }],
  ['eu-cra-14-4b-incident-notification', { in: 'NL', sector: 'digital-products', as: 'manufacturer', severe: true }, '72 h', { severe: false }],
  ['eu-cra-14-8-users', { in: 'NL', as: 'manufacturer', severe: true }, 'policy 24 h', { severe: false, exploited: false }],
  ['eu-611-2013-authority', { in: 'ES', sector: 'telecom', from: 'detection' }, '24 h', { sector: 'software' }],
  ['eu-611-2013-subscriber', { in: 'ES', sector: 'telecom', highRisk: true, from: 'detection' }, 'policy 24 h', { encrypted: true, keyExposed: false }],
  ['eu-eidas-24-2fb-qtsp', { in: 'ES', sector: 'trust-services', significant: true, from: 'occurrence' }, '24 h', { significant: false }],
  ['eu-eidas-19a-nonqualified', { in: 'ES', sector: 'trust-services', significant: true }, '24 h', { significant: false }],
  ['uk-gdpr-33-1-ico', { in: 'GB' }, '72 h', { riskUnlikely: true }],
  ['uk-gdpr-33-2-processor', { in: 'GB', as: 'processor' }, 'policy 24 h', { in: 'IE' }],
  ['uk-gdpr-34-data-subject', { in: 'GB', highRisk: true, from: 'determination' }, 'policy 24 h', { highRisk: false }],
  ['uk-pecr-5a-ico', { in: 'GB', sector: 'telecom' }, '72 h', { on: '2025-08-19' }],
  ['uk-pecr-5a-ico-to-2025-08', { in: 'GB', sector: 'telecom', from: 'detection', on: '2025-08-19' }, '24 h', { on: '2025-08-20' }],
  ['uk-nis-2018-rdsp', { in: 'GB', sector: 'cloud', significant: true }, '72 h', { significant: false }],
  ['ch-fadp-24-1-fdpic', { in: 'CH', highRisk: true }, 'policy 24 h', { highRisk: false }],
  ['ch-fadp-24-3-processor', { in: 'CH', as: 'processor' }, 'policy 24 h', { in: 'LI' }],
  ['ch-isa-74-cyberattack', { in: 'CH', sector: 'cloud', significant: true, from: 'detection' }, '24 h', { sector: 'retail' }],
];

// prettier-ignore
export const federal: readonly Spot[] = [
  ['us-hipaa-164-410-business-associate', { in: 'US', sector: 'health', data: 'phi', as: 'business-associate', from: 'detection' }, '60 days', { data: 'credentials' }],
  ['us-hipaa-164-404-individuals', { in: 'US', sector: 'health', data: 'phi', from: 'detection' }, '60 days', { lowProbability: true }],
  ['us-hipaa-164-406-media', { in: 'US', sector: 'health', data: 'phi', individuals: 501, from: 'detection' }, '60 days', { individuals: 500 }],
  ['us-hipaa-164-408b-hhs-500', { in: 'US', sector: 'health', data: 'phi', individuals: 500, from: 'detection' }, '60 days', { individuals: 499 }],
  ['us-hipaa-164-408c-hhs-annual', { in: 'US', sector: 'health', data: 'phi', individuals: 499, from: 'detection' }, '2027-03-02T00:00:00Z', { individuals: 500 }],
  ['us-ftc-hbnr-vendor', { in: 'US', sector: 'consumer-apps', data: 'health-data', from: 'detection' }, '60 days', { encrypted: true, keyExposed: false }],
  ['us-ftc-hbnr-service-provider', { in: 'US', sector: 'consumer-apps', data: 'health-data', as: 'processor', from: 'detection' }, '60 days', { sector: 'retail' }],
  ['us-glba-ftc-314-4j', { in: 'US', sector: 'finance', data: 'customer-financial-data', individuals: 500, from: 'detection' }, '30 days', { individuals: 499 }],
  ['us-bank-36h-regulator', { in: 'US', sector: 'banking', materialDisruption: true, from: 'determination' }, '36 h', { materialDisruption: false }],
  ['us-bank-service-provider', { in: 'US', sector: 'banking', materialDisruption: true, as: 'processor', from: 'determination' }, 'policy 4 h', { sector: 'retail' }],
  ['us-ncua-72h', { in: 'US', sector: 'banking', 'tenant.financialEntity': 'credit-union', materialDisruption: true, from: 'determination' }, '72 h', { 'tenant.financialEntity': 'credit-institution' }],
  ['us-reg-sp-customers', { in: 'US', sector: 'securities', data: 'customer-financial-data' }, '30 days', { misuseUnlikely: true }],
  ['us-reg-sp-service-provider', { in: 'US', sector: 'securities', data: 'customer-financial-data', as: 'processor' }, '72 h', { as: 'controller' }],
  ['us-sec-8k-1-05', { in: 'US', sector: 'public-company', material: true, from: 'materiality', on: '2026-11-16' }, '2026-11-20T22:30:00Z', { material: false }],
  ['us-dfars-7012', { in: 'US', sector: 'defense', data: 'cui', from: 'detection' }, '72 h', { data: 'credentials' }],
  ['us-irs-pub-1075', { in: 'US', sector: 'us-state-government', data: 'federal-tax-information', from: 'detection' }, '24 h', { sector: 'retail' }],
  ['us-cjis-incident', { in: 'US', sector: 'law-enforcement', data: 'criminal-justice-information', as: 'processor', from: 'detection' }, '1 h', { data: 'credentials' }],
  ['us-fcc-cpni-64-2011', { in: 'US', sector: 'telecom', data: 'cpni', from: 'determination', on: '2026-11-16' }, '2026-11-26T00:00:00Z', { data: 'credentials' }],
  ['us-nerc-cip-008', { in: 'CA', sector: 'energy', reportable: true, from: 'determination' }, '1 h', { reportable: false }],
];

// prettier-ignore
const federalService = { in: 'US', sector: 'us-federal', data: 'federal-data', as: 'cloud-provider', from: 'determination', on: '2026-11-18' };

// prettier-ignore
export const fedramp: readonly Spot[] = [
  ['us-fedramp-legacy-agency', { ...federalService, from: 'detection' }, '1 h', { certificationClass: 'C' }],
  ['us-fedramp-iec-b-pain1-2', { ...federalService, certificationClass: 'B', potentialImpact: 2 }, '2026-11-20T05:00:00Z', { potentialImpact: 3 }],
  ['us-fedramp-iec-b-pain3-5', { ...federalService, certificationClass: 'B', potentialImpact: 3 }, '6 h', { potentialImpact: 2 }],
  ['us-fedramp-iec-c-pain1', { ...federalService, certificationClass: 'C', potentialImpact: 1 }, '2026-11-20T05:00:00Z', { potentialImpact: 2 }],
  ['us-fedramp-iec-c-pain2', { ...federalService, certificationClass: 'C', potentialImpact: 2 }, '24 h', { certificationClass: 'B' }],
  ['us-fedramp-iec-c-pain3-5', { ...federalService, certificationClass: 'C', potentialImpact: 5 }, '1 h', { impact: ['availability'] }],
  ['us-fedramp-iec-d-pain1-2', { ...federalService, certificationClass: 'D', potentialImpact: 1 }, '1 h', { potentialImpact: 3 }],
  ['us-fedramp-iec-d-pain3-5', { ...federalService, certificationClass: 'D', potentialImpact: 4 }, '0.25 h', { on: '2026-07-03' }],
];

// prettier-ignore
export const americas: readonly Spot[] = [
  ['ca-pipeda-opc', { in: 'CA-ON', significantHarm: true, from: 'determination' }, 'policy 24 h', { significantHarm: false }],
  ['ca-qc-law25-cai', { in: 'CA-QC', significantHarm: true, from: 'determination' }, 'policy 24 h', { in: 'CA-ON' }],
  ['ca-qc-law25-processor', { in: 'CA-QC', as: 'processor' }, 'policy 24 h', { in: 'CA-BC' }],
  ['ca-osfi-incident', { in: 'CA', sector: 'banking', reportable: true, from: 'determination' }, '24 h', { reportable: false }],
  ['br-lgpd-anpd', { in: 'BR', significantRisk: true, dataClasses: ['authentication'] }, '2026-11-26T00:00:00Z', { dataClasses: ['hobbies'] }],
  ['br-lgpd-data-subject', { in: 'BR', significantRisk: true }, '2026-11-26T00:00:00Z', { significantRisk: false }],
  ['mx-lfpdppp-data-subject', { in: 'MX', significantHarm: true, from: 'confirmation' }, 'policy 1 h', { significantHarm: false }],
  ['cl-21663-csirt', { in: 'CL', sector: 'critical-infrastructure', significant: true }, '3 h', { significant: false }],
  ['cl-21719-authority', { in: 'CL', on: '2026-12-01' }, 'policy 24 h', { on: '2026-11-30' }],
  ['co-1581-sic', { in: 'CO', as: 'processor', from: 'detection', on: '2026-11-17' }, '2026-12-10T00:00:00Z', { in: 'PE' }],
  ['pe-29733-anpd', { in: 'PE' }, '48 h', { riskUnlikely: true }],
];

// prettier-ignore
export const asiaPacific: readonly Spot[] = [
  ['jp-appi-26-ppc-preliminary', { in: 'JP', individuals: 1001, specialCare: false, propertyDamageRisk: false, unlawful: false }, '2026-11-23T00:00:00Z', { individuals: 1000 }],
  ['jp-appi-26-entrusted-party', { in: 'JP', as: 'processor' }, '2026-11-23T00:00:00Z', { dataNotHandled: true }],
  ['jp-appi-26-data-subject', { in: 'JP', unlawful: true }, 'policy 24 h', { specialCare: false, propertyDamageRisk: false, unlawful: false, individuals: 1000 }],
  ['kr-pipa-34-data-subject', { in: 'KR' }, '72 h', { as: 'processor' }],
  ['kr-pipa-34-possibility', { in: 'KR', possibility: true }, 'policy 24 h', { possibility: false }],
  ['kr-pipa-34-pipc', { in: 'KR', individuals: 1000, specialCare: false, externalAccess: false }, '72 h', { individuals: 999 }],
  ['kr-network-act-48-3', { in: 'KR', sector: 'telecom' }, '24 h', { sector: 'retail' }],
  ['cn-pipl-57', { in: 'CN', from: 'detection' }, 'policy 1 h', { in: 'HK' }],
  ['cn-cac-2025-cii-1h', { in: 'CN', sector: 'critical-infrastructure', grade: 'major', from: 'detection' }, '1 h', { grade: 'general' }],
  ['cn-cac-2025-operator-4h', { in: 'CN', grade: 'relatively-large', from: 'detection' }, '4 h', { grade: 'general' }],
  ['hk-cap653-serious-12h', { in: 'HK', sector: 'critical-infrastructure', coreFunction: true }, '12 h', { coreFunction: false }],
  ['hk-cap653-other-48h', { in: 'HK', sector: 'critical-infrastructure', coreFunction: false }, '48 h', { coreFunction: true }],
  ['tw-pdpa-12', { in: 'TW' }, 'policy 24 h', { in: 'CN' }],
  ['sg-pdpa-26d-pdpc', { in: 'SG', individuals: 500, significantHarm: false, from: 'determination' }, '3 days', { individuals: 499 }],
  ['sg-pdpa-26d-individuals', { in: 'SG', significantHarm: true, from: 'determination' }, 'policy 24 h', { significantHarm: false }],
  ['sg-pdpa-26c-data-intermediary', { in: 'SG', as: 'processor' }, 'policy 24 h', { as: 'controller' }],
  ['sg-mas-trm-1h', { in: 'SG', sector: 'banking', materialDisruption: true, from: 'detection' }, '1 h', { materialDisruption: false }],
  ['sg-cybersecurity-act-cii-2h', { in: 'SG', sector: 'critical-infrastructure' }, '2 h', { sector: 'retail' }],
  ['in-cert-in-6h', { in: 'IN', annexureI: true }, '6 h', { annexureI: false }],
  ['in-dpdp-rule7-board', { in: 'IN', on: '2027-06-01' }, '72 h', { on: '2026-11-20' }],
  ['in-dpdp-rule7-principal', { in: 'IN', on: '2027-06-01' }, 'policy 24 h', { as: 'processor' }],
  ['id-pdp-46', { in: 'ID' }, '72 h', { in: 'MY' }],
  ['th-pdpa-37-4', { in: 'TH' }, '72 h', { riskUnlikely: true }],
  ['th-pdpa-40-processor', { in: 'TH', as: 'processor' }, '72 h', { as: 'controller' }],
  ['vn-pdpl-23', { in: 'VN', from: 'detection' }, '72 h', { riskUnlikely: true }],
  ['ph-dpa-npc', { in: 'PH', significantHarm: true }, '72 h', { significantHarm: false }],
  ['my-pdpa-12b-commissioner', { in: 'MY', individuals: 1001, significantHarm: false }, '72 h', { individuals: 1000 }],
  ['my-pdpa-12b-data-subject', { in: 'MY', significantHarm: true, from: 'after:my-pdpa-12b-commissioner' }, '7 days', { significantHarm: false }],
  ['my-csa-2024-ncii-6h', { in: 'MY', sector: 'critical-infrastructure' }, '6 h', { sector: 'retail' }],
  ['au-ndb-26wk', { in: 'AU', significantHarm: true, from: 'determination' }, 'policy 24 h', { significantHarm: false }],
  ['au-apra-cps234', { in: 'AU', sector: 'superannuation', material: true }, '72 h', { material: false }],
  ['au-soci-critical-12h', { in: 'AU', sector: 'cloud', significant: true }, '12 h', { significant: false }],
  ['au-soci-other-72h', { in: 'AU', sector: 'cloud' }, '72 h', { sector: 'retail' }],
  ['au-ransomware-payment-72h', { in: 'AU', 'tenant.reportingBusiness': true, from: 'payment' }, '72 h', { 'tenant.reportingBusiness': false }],
  ['nz-privacy-act-114', { in: 'NZ', significantHarm: true }, 'policy 72 h', { significantHarm: false }],
];

// prettier-ignore
export const africaAndMiddleEast: readonly Spot[] = [
  ['za-popia-22-regulator', { in: 'ZA', from: 'detection' }, 'policy 24 h', { as: 'processor' }],
  ['za-popia-21-operator', { in: 'ZA', as: 'processor' }, 'policy 1 h', { as: 'controller' }],
  ['ke-dpa-43-commissioner', { in: 'KE' }, '72 h', { riskUnlikely: true }],
  ['ke-dpa-43-processor', { in: 'KE', as: 'processor' }, '48 h', { in: 'NG' }],
  ['ng-ndpa-40-commission', { in: 'NG' }, '72 h', { riskUnlikely: true }],
  ['ng-ndpa-40-processor', { in: 'NG', as: 'processor' }, 'policy 24 h', { in: 'GH' }],
  ['gh-dpa-31', { in: 'GH', as: 'processor', from: 'detection' }, 'policy 24 h', { in: 'KE' }],
  ['eg-pdpl-7', { in: 'EG', as: 'processor' }, '72 h', { data: 'telemetry' }],
  ['il-data-security-regs-11', { in: 'IL', severe: true, from: 'detection' }, 'policy 1 h', { severe: false }],
  ['ae-pdpl-9', { in: 'AE' }, 'policy 1 h', { in: 'SA' }],
  ['ae-difc-41', { in: 'AE-DU', 'tenant.freeZone': 'DIFC' }, 'policy 24 h', { 'tenant.freeZone': 'none' }],
  ['ae-adgm-32', { in: 'AE-AZ', 'tenant.freeZone': 'ADGM' }, '72 h', { 'tenant.freeZone': 'none' }],
  ['sa-pdpl-24-sdaia', { in: 'SA' }, '72 h', { riskUnlikely: true }],
  ['sa-pdpl-24-data-subject', { in: 'SA' }, 'policy 24 h', { in: 'QA' }],
  ['qa-13-2016', { in: 'QA', significantHarm: true }, '72 h', { significantHarm: false }],
  ['tr-kvkk-12-5', { in: 'TR' }, '72 h', { as: 'processor' }],
];

// prettier-ignore
export const agreements: readonly Spot[] = [
  ['pci-visa-wtdic', { in: 'BR', sector: 'payments', data: 'payment-card', from: 'detection', on: '2026-11-16' }, '2026-11-20T00:00:00Z', { data: 'credentials' }],
  ['pci-mastercard-adc', { in: 'BR', sector: 'payments', data: 'payment-card' }, '24 h', { sector: 'retail' }],
  ['contract', { in: 'AQ', contractHours: 48 }, '48 h', { contractHours: undefined }],
];
