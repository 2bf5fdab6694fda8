import type { Identity } from '../../contract/identity.js';

/**
 * Which of some codes a message shows in its texts.
 *
 * A code counts only as a whole: the characters beside it are no letters, no digits, no `-` and no
 * `_`. So `WOS` is not in `WOS-2024`, nor in `WOS2024`. What a longer code covers does not count
 * for a shorter one: with `SUMMER SALE` in the text, `SUMMER` is found only if it is there once
 * more. Spellings are compared by the identity of the store. A link is compared with the links of
 * the text.
 */
export function shownCodes(texts: readonly string[], codes: readonly string[], identity: Identity): Set<string> {
  const longestFirst = codes.toSorted((a, b) => b.length - a.length);
  const shown = new Set<string>();
  for (const text of texts) {
    const links = linksOf(text);
    const words = wordsOf(text);
    for (const code of longestFirst) {
      const isShown = code.includes('://')
        ? links.some((link) => isSame(link, code, identity))
        : takeWords(text, words, code, identity);
      if (isShown) shown.add(code);
    }
  }
  return shown;
}

/** Where a word is. `taken`: a code covers it. */
interface Word {
  readonly start: number;
  readonly end: number;
  taken?: boolean;
}

const WORD = /[\p{L}\p{M}\p{N}_-]+/gu;

/**
 * Takes the words that are the code, wherever they are free. A code of several words, or with other
 * characters at its ends, is compared with as much of the text.
 */
function takeWords(text: string, words: readonly Word[], code: string, identity: Identity): boolean {
  const wanted = code.trim();
  const parts = wordsOf(wanted);
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return false;
  let isFound = false;
  for (const [index, { start }] of words.entries()) {
    const covered = words.slice(index, index + parts.length);
    const end = covered.at(-1)?.end;
    if (end === undefined || covered.some(({ taken }) => taken === true)) continue;
    const found = text.slice(Math.max(0, start - first.start), end + wanted.length - last.end);
    if (!isSame(found, code, identity)) continue;
    isFound = true;
    for (const word of covered) word.taken = true;
  }
  return isFound;
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(WORD)].map(({ index, 0: word }) => ({ start: index, end: index + word.length }));
}

/** The links of a text, each also without the punctuation that may follow it. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/[a-z][a-z\d+.-]*:\/\/[^\s<>"`]+/gi)].flatMap(([link]) => {
    const cuts = [link];
    for (let cut = link; /[^\p{L}\p{N}/]$/u.test(cut);) cuts.push((cut = cut.slice(0, -1)));
    const [inBrackets] = link.split(/[)\]]/);
    return [...cuts, inBrackets ?? link];
  });
}

/** An identity throws for what is no code: then it is not this code. */
function isSame(found: string, code: string, identity: Identity): boolean {
  try {
    return identity.normalize(found) === identity.normalize(code);
  } catch {
    return false;
  }
}
