import type { Identity } from '../../contract/identity.js';
import { shownCodes } from './shown-codes.js';
import { textsOf } from './message-texts.js';

/**
 * Which of some codes are in the texts of a message. Answers codes of the list, as they are
 * written there.
 */
export type MatchCodes = (texts: readonly string[], codes: readonly string[], identity: Identity) => Iterable<string>;

/** Whether the codes of the bot's messages can be found, by what the bot renders. */
export class PayloadCheck {
  static readonly #warned = new WeakSet<object>();
  readonly #owner: object;
  readonly #matches: MatchCodes;
  #codesOnlyInEmbeds = true;
  #mayBeMissed = false;

  /** @param owner - is warned for once */
  constructor(owner: object, matches: MatchCodes = shownCodes) {
    this.#owner = owner;
    this.#matches = matches;
  }

  /** The codes that a message shows. */
  codesIn(texts: readonly string[], codes: readonly string[], identity: Identity): Set<string> {
    const asked = new Set(codes);
    return new Set([...this.#matches(texts, codes, identity)].filter((code) => asked.has(code)));
  }

  /**
   * Whether a message without its embeds can still be read: what was rendered last shows its codes
   * outside of its embeds.
   */
  get embedsMatter(): boolean {
    return this.#codesOnlyInEmbeds;
  }

  /** Whether what was rendered last hides a code. Then a message that is there may not be found. */
  get mayBeMissed(): boolean {
    return this.#mayBeMissed;
  }

  /**
   * Looks for codes in a payload. Warns once if one is not found.
   *
   * @param count - how many of the codes the payload must show
   */
  check(payload: unknown, codes: readonly string[], count: number, identity: Identity): void {
    const texts = textsOf(payload);
    const found = this.codesIn(texts, codes, identity);
    const outside = textsOf(typeof payload === 'string' ? payload : { ...(payload as object), embeds: [] });
    this.#codesOnlyInEmbeds = this.codesIn(outside, codes, identity).size < count;
    this.#mayBeMissed = found.size < count;
    if (!this.#mayBeMissed || PayloadCheck.#warned.has(this.#owner)) return;
    PayloadCheck.#warned.add(this.#owner);
    const missing = codes.find((code) => !found.has(code));
    process.emitWarning(
      `findDiscordDelivery: the code ${JSON.stringify(missing)} is not in the texts of the message that render made. So a message that may ` +
        'have arrived is never found, and its codes are held. Show each code as text, not in a picture or behind a shortened ' +
        'link, or pass matches.',
      { code: 'SENT_CODE_UNFINDABLE' },
    );
  }
}
