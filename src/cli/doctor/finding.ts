/** What a check of `doctor` says. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly name: string;
  /**
   * `ok`: as it should be. `note`: to know. `warning`: to look at. `fault`: codes can be sent
   * twice, be lost, or cannot be sent at all.
   */
  readonly status: 'ok' | 'note' | 'warning' | 'fault';
  readonly text: string;
  /** What to do. */
  readonly advice?: string;
}

/** Makes a finding. */
export function finding(name: string, status: Finding['status'], text: string, advice?: string): Finding {
  return { name, status, text, ...(advice !== undefined && { advice }) };
}
