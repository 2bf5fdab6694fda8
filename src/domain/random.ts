import { randomBytes } from 'node:crypto';

/**
 * Makes an id that nobody else makes, of at most 25 characters. A test can pass a function of its
 * own.
 */
export type RandomId = () => string;

/** 128 random bits in 22 characters of base64url. */
export const randomId: RandomId = () => randomBytes(16).toString('base64url');
