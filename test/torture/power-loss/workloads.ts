import {
  baseline,
  claim,
  clear,
  confirm,
  forget,
  giveBack,
  mark,
  release,
  type Step,
  type Workload,
} from '../../support/json-file/workload.js';

const long = (letter: string): string => letter.repeat(700);

/** Small enough that all images of all moments can be looked at; with lines of several sectors, compactions and removals. */
export const SMALL: Workload = [
  [mark('1', 'A', long('L'))],
  [mark('1', 'B'), claim('2', 'C', long('M'))],
  [confirm('2', 'C', long('M')), mark('3', long('N'), long('O'))],
  [forget('1', 'A'), mark('3', 'D')],
  [mark('1', 'A'), claim('5', long('P'))],
  [clear('3', 'D', long('N'), long('O')), claim('4', 'E')],
  [release('4', 'E'), giveBack('5', long('P'))],
];

const GUILDS = ['1', '2', '3', '4', '5', '6'];

/** Groups of steps that chance chooses. The steps of a group are about guilds of their own. */
export function randomWorkload(random: () => number, groups: number): Workload {
  const owned = new Map<string, string[]>();
  const known = new Map<string, string[]>(GUILDS.map((guildId) => [guildId, []]));
  let codes = 0;
  const freshCodes = (): string[] =>
    Array.from({ length: 1 + Math.floor(random() ** 3 * 30) }, () =>
      `${(codes += 1)}`.padEnd(4 + Math.floor(random() * 60), 'X'),
    );
  const stepIn = (guildId: string): Step => {
    const mine = owned.get(guildId);
    if (mine !== undefined) {
      owned.delete(guildId);
      const way = random();
      if (way < 0.5) return confirm(guildId, ...mine);
      return way < 0.8 ? release(guildId, ...mine) : giveBack(guildId, ...mine);
    }
    const old = known.get(guildId)!;
    const way = random();
    if (way < 0.15 && old.length > 0) return forget(guildId, old[Math.floor(random() * old.length)]!);
    if (way < 0.2) return clear(guildId, ...old);
    const fresh = freshCodes();
    if (way < 0.3 && old.length === 0 && !known.has(`baseline ${guildId}`)) {
      known.set(`baseline ${guildId}`, []);
      old.push(...fresh);
      return baseline(guildId, ...fresh);
    }
    old.push(...fresh);
    if (way < 0.65) return mark(guildId, ...fresh);
    owned.set(guildId, fresh);
    return claim(guildId, ...fresh);
  };
  return Array.from({ length: groups }, () => {
    const chosen = GUILDS.filter(() => random() < 0.35);
    return (chosen.length > 0 ? chosen : ['1']).map(stepIn);
  });
}
