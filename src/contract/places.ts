/**
 * Codes of countries (ISO 3166-1 alpha-2) and of their subdivisions (ISO 3166-2). Subdivisions are listed for the
 * countries whose states have law of their own in the rule packs; elsewhere only the form of a code is checked.
 */

const countries = codes(`
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
  CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
  GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
  KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
  MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
  SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
  UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`);

const subdivisions: Readonly<Record<string, ReadonlySet<string>>> = {
  AE: codes('AJ AZ DU FU RK SH UQ'),
  AT: codes('1 2 3 4 5 6 7 8 9'),
  AU: codes('ACT NSW NT QLD SA TAS VIC WA'),
  BR: codes('AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO'),
  CA: codes('AB BC MB NB NL NS NT NU ON PE QC SK YT'),
  CH: codes('AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH'),
  DE: codes('BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH'),
  US: codes(`
    AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA
    RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI`),
};

export function isCountry(code: string): boolean {
  return countries.has(code);
}

export function isSubdivision(code: string): boolean {
  const [, country, part] = /^([A-Z]{2})-([A-Z0-9]{1,3})$/.exec(code) ?? [];
  if (country === undefined || part === undefined || !isCountry(country)) return false;
  return subdivisions[country]?.has(part) ?? true;
}

function codes(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
