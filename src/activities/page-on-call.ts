/**
 * Pages whoever is on call. Whatever keeps a page from going out is ours to mend and is tried again for ever; the key
 * lets the receiver tell a second try from a second alarm.
 */
import type { OnCallPage } from '../domain/on-call';

export interface OnCallPager {
  /** Resolves when the page is taken. The same key may come again and is to wake nobody twice. */
  page(page: OnCallPage): Promise<void>;
}

export const pageOnCall =
  (pager: OnCallPager) =>
  (page: OnCallPage): Promise<void> =>
    pager.page(page);
