import fc from 'fast-check';
import { totalNameOf, type DeliveryState } from '../../src/domain/delivery';
import { outcomeOfReceipt, type Receipt } from '../../src/domain/receipts';

const delivered: Receipt = { kind: 'delivered' };
const bounced: Receipt = { kind: 'bounced', isPermanent: true };
const delayed: Receipt = { kind: 'bounced', isPermanent: false };
const acknowledged: Receipt = { kind: 'acknowledged' };
const receipts = [delivered, bounced, delayed, acknowledged];
const states = Object.keys(totalNameOf) as DeliveryState[];

const answer = (state: DeliveryState, receipt: Receipt) => {
  const outcome = outcomeOfReceipt(state, receipt);
  return outcome.kind === 'applied' ? outcome.state : outcome.kind;
};

test.each<[DeliveryState, string, string, string, string]>([
  // state, then what is made of: delivered, bounced for good, delayed, acknowledged
  ['planned', 'early', 'early', 'early', 'early'],
  ['sending', 'early', 'early', 'early', 'early'],
  ['deferred', 'early', 'early', 'early', 'early'],
  ['in-doubt', 'early', 'early', 'early', 'early'],
  ['accepted', 'delivered', 'bounced', 'unchanged', 'acknowledged'],
  ['delivered', 'unchanged', 'bounced', 'unchanged', 'acknowledged'],
  ['bounced', 'unchanged', 'unchanged', 'unchanged', 'acknowledged'],
  ['superseded', 'unchanged', 'unchanged', 'unchanged', 'acknowledged'],
  ['acknowledged', 'unchanged', 'unchanged', 'unchanged', 'unchanged'],
  ['refused', 'unchanged', 'unchanged', 'unchanged', 'acknowledged'],
  ['needs-human', 'unchanged', 'unchanged', 'unchanged', 'acknowledged'],
  ['attested', 'unchanged', 'unchanged', 'unchanged', 'acknowledged'],
  ['waived', 'unchanged', 'unchanged', 'unchanged', 'acknowledged'],
])('a delivery that is %s, when it hears of each receipt', (state, ...answers) => {
  expect(receipts.map((receipt) => answer(state, receipt))).toEqual(answers);
});

test('the order in which receipts come, and how often, changes nothing of the end', () => {
  const end = (heard: readonly Receipt[]) =>
    heard.reduce((state: DeliveryState, receipt) => {
      const outcome = outcomeOfReceipt(state, receipt);
      return outcome.kind === 'applied' ? outcome.state : state;
    }, 'accepted');
  const manyReceipts = fc.array(fc.constantFrom(...receipts), { maxLength: 8 });
  fc.assert(
    fc.property(manyReceipts, (heard) => {
      expect(end([...heard].reverse())).toBe(end(heard));
      expect(end([...heard, ...heard])).toBe(end(heard));
    }),
  );
});

test('there is an answer for every state', () => {
  for (const state of states) for (const receipt of receipts) expect(answer(state, receipt)).toBeTruthy();
});
