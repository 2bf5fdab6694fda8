import { warnOfRejection } from '../core/callbacks.js';
import { receiptSchema } from '../core/option-schemas.js';
import { describe } from '../domain/describe.js';
import { errorText } from '../domain/error-text.js';
import type { Run } from './delivery-context.js';

/**
 * What the bot keeps of the platform's answer to `send`. The message has arrived, so a `receiptOf`
 * that throws or gives something else is a process warning, and nothing is kept.
 */
export function receiptFor<T>({ options }: Run<T>, result: unknown): { receipt?: string } {
  if (options.receiptOf === undefined) return {};
  try {
    const receipt: unknown = options.receiptOf(result);
    if (receipt === undefined) return {};
    // Before the mark a rejection that nobody hears would end the process.
    warnOfRejection(receipt);
    if (receiptSchema().safeParse(receipt).success) return { receipt: receipt as string };
    warn(`receiptOf returned ${describe(receipt)}. It must return a string of 1 to 200 characters, or undefined.`);
  } catch (error) {
    warn(`receiptOf threw: ${errorText(error)}.`);
  }
  return {};
}

function warn(problem: string): void {
  process.emitWarning(`${problem} The codes are marked as sent without a receipt.`, { code: 'SENT_CODE_RECEIPT' });
}
