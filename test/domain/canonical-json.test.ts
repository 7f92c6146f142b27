import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson } from '../../src/domain/canonical-json';
import { fingerprintOf } from '../../src/domain/fingerprint';

test('the example of RFC 8785, section 3.2.2, has the spelling given there', () => {
  const value = {
    numbers: JSON.parse('[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]') as number[],
    string: '€$\u000f\nA\'B"\\\\"/',
    literals: [null, true, false],
  };
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('any JSON value is written as the reference implementation writes it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
  );
});

test('the order of members does not change a fingerprint, a value does', () => {
  expect(fingerprintOf({ a: 1, b: [2] })).toBe(fingerprintOf({ b: [2], a: 1 }));
  expect(fingerprintOf({ a: 1 })).not.toBe(fingerprintOf({ a: 2 }));
});

test.each([[Number.NaN], ['\ud800'], [() => 1], [undefined]])(
  'what JSON cannot say has no fingerprint: %p',
  (value) => {
    expect(() => fingerprintOf(value)).toThrow(TypeError);
  },
);
