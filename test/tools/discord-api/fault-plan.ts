import { createHash } from 'node:crypto';
import { z } from 'zod';
import { anyFault, NAMED_FAULTS, probabilities, type FaultName, type NamedFault } from './faults.js';

const rule = z.strictObject({
  /** Only requests to this channel; all channels if left out. */
  channelId: z.string().optional(),
  /** From the nth such request on, counted from 1 since the plan was set. */
  nth: z.int().min(1).default(1),
  /** So many of them, one after another. */
  times: z.int().min(1).default(1),
  fault: anyFault,
});

/**
 * A plan as the control endpoint takes it. The first rule that fits plays its fault; where none does, `random` draws one for
 * each request. What is drawn depends on the seed, the channel and how many requests that channel has had under this plan, and
 * on nothing else: the order in which channels and processes interleave does not change it.
 */
const faultPlanSchema = z.strictObject({
  rules: z.array(rule).default([]),
  random: z.strictObject({ seed: z.union([z.string(), z.int()]), probabilities }).optional(),
});

export type FaultPlanInput = z.input<typeof faultPlanSchema>;

/** Decides which fault, if any, each Create Message request meets. */
export class FaultPlan {
  readonly #rules: (z.infer<typeof rule> & { seen: number })[];
  readonly #random: z.infer<typeof faultPlanSchema>['random'];
  readonly #requests = new Map<string, number>();

  /** Throws a `ZodError` on anything that is no `FaultPlanInput`. */
  constructor(input: unknown = {}) {
    const plan = faultPlanSchema.parse(input);
    this.#rules = plan.rules.map((one) => ({ ...one, seen: 0 }));
    this.#random = plan.random;
  }

  next(channelId: string): NamedFault | undefined {
    const nth = (this.#requests.get(channelId) ?? 0) + 1;
    this.#requests.set(channelId, nth);
    const fitting = this.#rules.filter((one) => one.channelId === undefined || one.channelId === channelId);
    for (const one of fitting) one.seen += 1;
    const firing = fitting.find((one) => one.seen >= one.nth && one.seen < one.nth + one.times);
    return firing?.fault ?? this.#draw(channelId, nth);
  }

  #draw(channelId: string, nth: number): NamedFault | undefined {
    if (this.#random === undefined) return undefined;
    const digest = createHash('sha256').update(`${this.#random.seed}:${channelId}:${nth}`).digest();
    let left = digest.readUInt32BE(0) / 2 ** 32;
    for (const [name, probability] of Object.entries(this.#random.probabilities) as [FaultName, number][]) {
      if (left < probability) return { name, ...NAMED_FAULTS[name] };
      left -= probability;
    }
    return undefined;
  }
}
